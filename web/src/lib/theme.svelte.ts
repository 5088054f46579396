// SPDX-License-Identifier: Apache-2.0

class Theme {
  dark = $state(false);

  constructor() {
    const asked = matchMedia('(prefers-color-scheme: dark)');
    let kept: string | null = null;
    try {
      kept = localStorage.getItem('theme');
    } catch {
      // a browser that keeps nothing
    }
    this.put(kept ? kept === 'dark' : asked.matches);
    asked.addEventListener('change', (event) => {
      if (!kept) this.put(event.matches);
    });
  }

  private put(dark: boolean): void {
    this.dark = dark;
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  }

  turn(): void {
    this.put(!this.dark);
    try {
      localStorage.setItem('theme', this.dark ? 'dark' : 'light');
    } catch {
      // then it lasts until the page is loaded anew
    }
  }
}

export const theme = new Theme();

/** The color of a token in the present theme. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
