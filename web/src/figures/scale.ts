// SPDX-License-Identifier: Apache-2.0
// Scales, ticks and paths of the drawings.

export type Scale = ((value: number) => number) & { back(px: number): number };

export function linear(from: [number, number], to: [number, number]): Scale {
  const k = (to[1] - to[0]) / (from[1] - from[0] || 1);
  const scale = ((value: number) => to[0] + (value - from[0]) * k) as Scale;
  scale.back = (px) => from[0] + (px - to[0]) / (k || 1);
  return scale;
}

export function logarithmic(from: [number, number], to: [number, number]): Scale {
  const inner = linear([Math.log10(from[0]), Math.log10(from[1])], to);
  const scale = ((value: number) => inner(Math.log10(Math.max(value, 1e-12)))) as Scale;
  scale.back = (px) => 10 ** inner.back(px);
  return scale;
}

/** Few round numbers between two. */
export function ticks(low: number, high: number, most = 4): number[] {
  const span = high - low || 1;
  const raw = span / Math.max(1, most);
  const size = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * size).find((s) => span / s <= most) ?? 10 * size;
  const found: number[] = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) found.push(Number((k * step).toPrecision(12)));
  return found;
}

const r = (value: number) => value.toFixed(1);

/** A line through points, broken where there is no value; at most one point a pixel column. */
export function line(x: number[], y: (number | null)[]): string {
  let path = '';
  let pen = false;
  let last = -1e9;
  for (let i = 0; i < x.length; i++) {
    const v = y[i];
    if (v === null || !Number.isFinite(v)) {
      pen = false;
      continue;
    }
    if (pen && x[i] - last < 0.4 && i < x.length - 1) continue;
    path += `${pen ? 'L' : 'M'}${r(x[i])} ${r(v)}`;
    pen = true;
    last = x[i];
  }
  return path;
}

export function near(sorted: number[], value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= value) low = middle;
    else high = middle;
  }
  return value - sorted[low] < sorted[high] - value ? low : high;
}
