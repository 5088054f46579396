// SPDX-License-Identifier: Apache-2.0
// Whether the server answers; while it does not, it is asked again every 3 seconds.

class Server {
  away = $state(false);
  /** Counts up whenever the server has come back, so that pages can look anew. */
  returns = $state(0);
  private timer = 0;

  lost(): void {
    if (this.away) return;
    this.away = true;
    this.timer = window.setInterval(() => this.look(), 3000);
  }

  found(): void {
    if (!this.away) return;
    this.away = false;
    this.returns += 1;
    clearInterval(this.timer);
  }

  private async look(): Promise<void> {
    try {
      const response = await fetch('/api/start', { cache: 'no-store' });
      if (response.ok) this.found();
    } catch {
      // still away
    }
  }
}

export const server = new Server();
