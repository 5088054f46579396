// SPDX-License-Identifier: Apache-2.0
import { token } from '../lib/theme.svelte';

const NAMES = ['surface', 'ink', 'muted', 'edge', 'line', 'accent', 't', 't-edge', 't-soft', 'b', 'b-edge', 'b-soft', 'g', 'g-edge', 'c', 'c-edge', 'o', 'o-edge', 'sky', 'sky-edge', 'marrow', 'marrow2', 'bone', 'bone-edge', 'vessel', 'vessel-edge', 'rbc', 'normal', 'normal-edge', 'mono', 'mono-edge'] as const;

export type Palette = Record<(typeof NAMES)[number], string>;

export function palette(): Palette {
  return Object.fromEntries(NAMES.map((name) => [name, token(name)])) as Palette;
}

function parts(color: string): [number, number, number] {
  const hex = color.replace('#', '');
  const full = hex.length === 3 ? [...hex].map((c) => c + c).join('') : hex;
  return [0, 2, 4].map((k) => parseInt(full.slice(k, k + 2), 16)) as [number, number, number];
}

const mixed = new Map<string, string>();

/** A color between two, as hex: moving things are mixed, not made transparent. */
export function mix(a: string, b: string, q: number): string {
  const part = Math.round(Math.min(1, Math.max(0, q)) * 64);
  const key = `${a}${b}${part}`;
  let found = mixed.get(key);
  if (!found) {
    const [x, y] = [parts(a), parts(b)];
    found = `#${x.map((v, i) => Math.round(v + ((y[i] - v) * part) / 64).toString(16).padStart(2, '0')).join('')}`;
    mixed.set(key, found);
  }
  return found;
}
