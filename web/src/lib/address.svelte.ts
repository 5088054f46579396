// SPDX-License-Identifier: Apache-2.0
// The address is the state: page and selection live in it, so that a view can be sent.

export const PAGES = [
  ['mechanism', 'Mechanism'],
  ['patient', 'Patient'],
  ['trial', 'Trial'],
  ['compare', 'Compare'],
  ['clinic', 'Clinic pack'],
  ['facts', 'Facts'],
  ['runs', 'Runs'],
] as const;

export type Page = (typeof PAGES)[number][0];

class Address {
  path = $state(location.pathname);
  query = $state(new URLSearchParams(location.search));

  constructor() {
    addEventListener('popstate', () => this.read());
  }

  private read(): void {
    this.path = location.pathname;
    this.query = new URLSearchParams(location.search);
  }

  get page(): string {
    return this.path.split('/')[1] || 'mechanism';
  }

  get rest(): string {
    return this.path.split('/')[2] ?? '';
  }

  get(name: string): string | null {
    return this.query.get(name);
  }

  number(name: string): number | null {
    const text = this.query.get(name);
    if (text === null || text === '') return null;
    const value = Number(text);
    return Number.isFinite(value) ? value : null;
  }

  /** Goes to another page or view: a new entry in the history. */
  go(to: string): void {
    if (to !== location.pathname + location.search) history.pushState(null, '', to);
    this.read();
    scrollTo(0, 0);
  }

  /** Changes the selection on this page; null removes. */
  set(changes: Record<string, string | number | null>, { push = false } = {}): void {
    const query = new URLSearchParams(location.search);
    for (const [name, value] of Object.entries(changes)) {
      if (value === null || value === '') query.delete(name);
      else query.set(name, String(value));
    }
    const text = query.toString().replaceAll('%3A', ':').replaceAll('%2C', ',');
    const to = location.pathname + (text ? `?${text}` : '');
    if (to === location.pathname + location.search) return;
    if (push) history.pushState(null, '', to);
    else history.replaceState(null, '', to);
    this.read();
  }
}

export const address = new Address();

/** Lets a link inside the page work without loading it anew. */
export function inside(event: MouseEvent): void {
  const link = (event.target as Element | null)?.closest?.('a');
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  if (link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
  if (link.pathname.startsWith('/api/') || (link.hash && link.pathname === location.pathname)) return;
  event.preventDefault();
  address.go(link.pathname + link.search);
}
