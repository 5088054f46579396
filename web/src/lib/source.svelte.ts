// SPDX-License-Identifier: Apache-2.0
// Which number's source is open, and from where.

class Open {
  key = $state<string | null>(null);
  value = $state('');
  from: HTMLElement | null = null;

  show(key: string, value: string, from: HTMLElement): void {
    this.key = key;
    this.value = value;
    this.from = from;
  }

  close(): void {
    this.key = null;
    this.from?.focus();
    this.from = null;
  }
}

export const open = new Open();
