// SPDX-License-Identifier: Apache-2.0
// The moving layer: free drug, one T cell and one leukemia cell through an engagement, messengers.
import * as g from './glyphs';
import { type Palette, mix } from './palette';
import * as at from './places';
import type { Counts } from './state';

type C = CanvasRenderingContext2D;

/** Each step plays its own stretch of the engagement; the still already tells it. */
export const LOOPS: Record<number, [number, number]> = { 1: [0.02, 0.3], 2: [0.28, 0.46], 3: [0.44, 0.78], 4: [0.78, 1], 5: [0.5, 0.6], 6: [0.02, 0.3] };
export const STILLS: Record<number, number> = { 1: 0.29, 2: 0.44, 3: 0.69, 4: 0.93, 5: 0.56, 6: 0.1 };

export function pair(c: C, n: Counts, step: number, f: number, time: number, size: number, words: boolean, p: Palette): void {
  drug(c, n, step, time, p);
  const q = step === 6 ? faded(p, 0.74) : p;
  engagement(c, n, step, f, time, size, words, q);
  messengers(c, n, step, f, time, p);
  if (words && step === 5) {
    g.pill(c, 'IFN-γ and TNF wake the monocyte', 690, 384, size, p);
    g.pill(c, 'IL-6 into the blood', 846, 562, size, p, 'right');
  }
}

const kept = new WeakMap<Palette, Map<number, Palette>>();
function faded(p: Palette, dim: number): Palette {
  let byDim = kept.get(p);
  if (!byDim) kept.set(p, (byDim = new Map()));
  let found = byDim.get(dim);
  if (!found) {
    found = { ...p };
    for (const name of Object.keys(found) as (keyof Palette)[]) if (name !== 'marrow') found[name] = mix(p[name], p.marrow, dim);
    byDim.set(dim, found);
  }
  return found;
}

function drug(c: C, n: Counts, step: number, time: number, p: Palette): void {
  const shown = step >= 5 ? faded(p, 0.5) : p;
  at.DRUG.slice(0, n.drug).forEach(([x, y, a], i) => g.dart(c, x + 3 * Math.sin(time * 0.9 + i), y + 3 * Math.cos(time * 0.7 + i * 2), a + time * 0.16, 1.05, shown));
}

function engagement(c: C, n: Counts, step: number, f: number, time: number, size: number, words: boolean, p: Palette): void {
  const { FOCUS_T: T, FOCUS_B: B, PLANE, GAP } = at;
  const near = g.between(f, 0, 0.14);
  const bridge = g.between(f, 0.12, 0.26);
  const wake = f > 0.42 ? 1 : g.between(f, 0.28, 0.42);
  const polar = g.between(f, 0.44, 0.58);
  const release = g.between(f, 0.58, 0.66);
  const die = g.between(f, 0.62, 0.9);
  const off = g.between(f, 0.84, 1);
  const flat = near * (1 - off);
  const R = T.R + 6 * wake;
  const tx = T.x - (34 * (1 - near) + off * 50) - 6 * wake;
  const ty = T.y + off * 14;
  const bx = B.x;
  const br = B.R * (1 - 0.24 * die);

  if (die < 0.78) {
    g.leukemiaCell(c, bx + die * 8, B.y, br, p, { die, plane: flat > 0.2 ? PLANE + GAP : null, side: -1, w: 2.4, rod: true });
    if (die < 0.5) g.receptors(c, bx + die * 8, B.y, br, 'b', n.cups, p, (a) => a > 2.33 && a < 3.95);
  } else apart(c, bx, B.y, (die - 0.78) / 0.22, p);

  g.tCell(c, tx, ty, R, wake, p, p.marrow, { plane: flat > 0.3 ? PLANE - GAP : null, side: 1, w: 2.4, polar, time });
  g.receptors(c, tx, ty, R, 't', 13, p, (a) => flat > 0.3 && (a < 0.77 || a > 5.52));
  if (wake > 0.3) g.flags(c, tx, ty, R, 3, wake * 1.15, p);

  if (flat > 0.3 && n.trimers) {
    const half = Math.min(70, n.trimers * 7.6 + 6);
    c.beginPath();
    c.roundRect(PLANE - 15, T.y - half, 30, 2 * half, 15);
    c.fillStyle = mix(p.marrow, p.o, 0.34 * bridge * Math.max(0, 1 - off * 1.8));
    c.fill();
  }
  for (let i = 0; i < n.trimers; i++) {
    const u = (i - (n.trimers - 1) / 2) / Math.max(n.trimers - 1, 1);
    const y = T.y + u * Math.min(118, n.trimers * 15);
    const order = Math.abs(i - (n.trimers - 1) / 2) * 2; // from the middle outward
    const there = Math.min(1, Math.max(0, bridge * (n.trimers + 1) - order * 0.8)) * Math.max(0, 1 - off * 1.7);
    if (there > 0.02 && flat > 0.2) {
      g.receptor(c, PLANE - GAP - 1, y, 0, 't', p);
      g.receptor(c, PLANE + GAP + 1, y, Math.PI, 'b', p);
      if (there > 0.4) g.dart(c, PLANE, y, 0, 0.7 + 0.45 * there, p);
    } else if (off > 0.3) g.receptor(c, tx + R * Math.cos(u * 1.1), ty + R * Math.sin(u * 1.1), u * 1.1, 't', p);
  }

  if (wake > 0.4) {
    const to = polar * (1 - off);
    for (let i = 0; i < 9; i++) {
      const a = 2.2 + i * 0.62;
      if (release > 0.5 && i % 3 === 0) continue;
      g.granule(c, g.lerp(tx - 18 + R * 0.66 * Math.cos(a), PLANE - GAP - 12 - (i % 2) * 14, to), g.lerp(ty + R * 0.72 * Math.sin(a), T.y + (i - 4) * 13.5, to), p);
    }
    centrosome(c, g.lerp(tx - 30, PLANE - GAP - 46, to), g.lerp(ty - 30, T.y, to), p);
  }
  if (release > 0 && die < 0.78) {
    for (let i = 0; i < 5; i++) if (release > 0.15) g.perforin(c, PLANE + GAP + 1, T.y + (i - 2) * 22 + 11, p, 3 + 2 * release);
    for (let i = 0; i < 7; i++) {
      const u = Math.min(1, Math.max(0, release * 1.25 - i * 0.07));
      if (u > 0.05) g.granzyme(c, g.lerp(PLANE - 4, bx - 26 + ((i * 37) % 52), u), T.y + (i - 3) * 14 + ((i * 23) % 11), 1.05, p);
    }
  }
  if (step === 6) return;
  g.write(c, `T cell${wake > 0.6 ? ', awake' : ''}`, tx - 8, ty + R + 28, { size: size + 1.5, bold: true, halo: p.marrow }, p);
  if (step !== 5) {
    const what = die >= 0.78 ? 'taken apart from within' : die > 0.25 ? 'leukemia cell, dying' : 'leukemia cell';
    g.write(c, what, bx + 6, B.y + B.R + 30, { size: size + 1.5, bold: true, halo: p.marrow }, p);
  }
  if (!words) return;
  if (step === 1 && n.trimers) {
    g.lead(c, 515, 206, 515, 156, p);
    g.pill(c, 'trimers at the contact', 515, 150, size, p);
  } else if (step === 2) {
    g.lead(c, tx + 22, ty - R - 14, tx + 40, 150, p);
    g.pill(c, 'markers of waking', tx + 56, 144, size, p);
  } else if (step === 3) {
    g.lead(c, 478, 216, 440, 154, p);
    g.pill(c, 'granules gather at the contact', 424, 148, size, p);
    g.lead(c, 596, 230, 650, 154, p);
    g.pill(c, 'granzyme goes in', 660, 148, size, p);
  } else if (step === 4) {
    onward(c, tx, ty, p);
    g.pill(c, 'on to the next', tx - 142, ty + 74, size, p, 'right');
  }
}

function centrosome(c: C, x: number, y: number, p: Palette): void {
  c.strokeStyle = p['t-edge'];
  c.lineWidth = 1.5;
  c.beginPath();
  for (const a of [0, 0.785, 1.571, 2.356]) {
    c.moveTo(x - 6 * Math.cos(a), y - 6 * Math.sin(a));
    c.lineTo(x + 6 * Math.cos(a), y + 6 * Math.sin(a));
  }
  c.stroke();
}

function onward(c: C, x: number, y: number, p: Palette): void {
  c.strokeStyle = p.accent;
  c.lineWidth = 3;
  c.lineCap = c.lineJoin = 'round';
  c.beginPath();
  c.moveTo(x - 104, y + 20);
  c.bezierCurveTo(x - 134, y + 36, x - 142, y + 56, x - 122, y + 92);
  c.moveTo(x - 130, y + 80);
  c.lineTo(x - 122, y + 93);
  c.lineTo(x - 112, y + 82);
  c.stroke();
}

/** No burst: the cell comes apart into rounded bodies. */
function apart(c: C, bx: number, by: number, q: number, p: Palette): void {
  const bodies: [number, number, number, number][] = [[0, -6, 46, 2], [-46, -44, 21, 1], [50, -48, 24, 1], [-52, 34, 22, 1], [54, 38, 27, 1], [2, 62, 19, 0], [10, -72, 14, 0]];
  const fill = mix(p['b-soft'], p.marrow, 0.35 * q);
  const edge = mix(p['b-edge'], p.marrow, 0.35 * q);
  bodies.forEach(([dx, dy, r, kind], i) => {
    const x = bx + 8 + dx * (0.72 + 0.62 * q);
    const y = by + dy * (0.72 + 0.62 * q);
    g.outline(c, x, y, r * (1 - 0.16 * q), { phase: i });
    c.fillStyle = fill;
    c.fill();
    c.strokeStyle = edge;
    c.lineWidth = 2;
    c.stroke();
    if (kind) g.disc(c, x, y, r * 0.42, edge);
    if (kind > 1) g.disc(c, x - 14, y + 16, 9, edge);
  });
}

function bezier(p: number[], u: number): [number, number] {
  const v = 1 - u;
  return [v * v * p[0] + 2 * v * u * p[2] + u * u * p[4], v * v * p[1] + 2 * v * u * p[3] + u * u * p[5]];
}

function messengers(c: C, n: Counts, step: number, f: number, time: number, p: Palette): void {
  if (step === 6) return;
  const shown = step === 5 ? p : faded(p, 0.45);
  if (f > 0.4) {
    for (let i = 0; i < n.triangles; i++) {
      const u = (i / n.triangles + time * 0.06) % 1;
      const way = i % 4 ? [440, 352, 640, 414, 892, 432] : [470, 350, 520, 470, 560 + i * 30, 560];
      const [x, y] = bezier(way, u);
      const k = g.ease(Math.min(u * 6, (1 - u) * 8));
      if (k > 0.1) g.triangle(c, x, y + (((i * 17) % 13) - 6), k, shown);
    }
  }
  for (let i = 0; i < n.dots; i++) {
    const u = (i / n.dots + time * 0.05) % 1;
    const [x, y] = bezier([905, 475, 910 + (((i * 31) % 50) - 25), 530, 955 + ((i * 53) % 90), 548 + ((i * 29) % 34)], u);
    const k = g.ease(Math.min(u * 6, 1));
    if (k > 0.1) g.dot(c, x + u * ((i * 19) % 30), y, shown, 4.2 * k);
  }
}
