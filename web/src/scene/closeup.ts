// SPDX-License-Identifier: Apache-2.0
// The close-up: what the fine lines point at, a few hundred times larger. Centered on 0, 0.
import { fixed, sig } from '../lib/numbers';
import * as g from './glyphs';
import { type Palette, mix } from './palette';
import type { Moment } from './state';

type C = CanvasRenderingContext2D;
export const RADIUS = 129;
export const TARGET: Record<number, [number, number, number]> = { 1: [515, 262, 26], 2: [398, 262, 26], 3: [524, 262, 26], 4: [515, 262, 26], 5: [905, 505, 26], 6: [118, 212, 58] };

export function rays(c: C, step: number, cx: number, cy: number, p: Palette): void {
  const [x, y, r] = TARGET[step];
  const d = Math.hypot(cx - x, cy - y);
  const a = Math.atan2(cy - y, cx - x);
  const b = Math.acos((RADIUS - r) / d);
  const point = (px: number, py: number, q: number, t: number): [number, number] => [px + q * Math.cos(a + Math.PI - t), py + q * Math.sin(a + Math.PI - t)];
  const [p1, p2, p3, p4] = [point(cx, cy, RADIUS, b), point(x, y, r, b), point(cx, cy, RADIUS, -b), point(x, y, r, -b)];
  c.save();
  c.globalAlpha = 0.045;
  c.fillStyle = p.ink;
  c.beginPath();
  c.moveTo(...p2);
  c.lineTo(...p1);
  c.lineTo(...p3);
  c.lineTo(...p4);
  c.closePath();
  c.fill();
  c.restore();
  c.strokeStyle = mix(p.marrow, p.edge, 0.8);
  c.lineWidth = 1.1;
  c.beginPath();
  c.moveTo(...p2);
  c.lineTo(...p1);
  c.moveTo(...p4);
  c.lineTo(...p3);
  c.stroke();
  if (step !== 6) g.disc(c, x, y, r, null, p.edge, 1.6);
}

export function closeup(c: C, s: Moment, step: number, size: number, p: Palette): void {
  c.save();
  g.disc(c, 0, 0, RADIUS, p.surface);
  c.beginPath();
  c.arc(0, 0, RADIUS, 0, Math.PI * 2);
  c.clip();
  const t = (text: string, x: number, y: number, bold = false) => g.write(c, text, x, y, { size, bold, halo: p.surface }, p);
  if (step === 1) {
    membranes(c, p);
    for (const y of [-44, 30]) bound(c, 1, y, p);
    t('CD3', -34, -84, true);
    t('CD123', 38, -84, true);
    t('two arms,', 0, 82);
    t('no stem (no Fc)', 0, 82 + size * 1.25);
  } else if (step === 2) signal(c, t, p);
  else if (step === 3) pore(c, t, p);
  else if (step === 4) {
    membranes(c, p);
    for (const y of [-50, 40]) {
      cd3(c, y, p);
      cd123(c, y, p);
      big(c, 13, y, p);
    }
    c.strokeStyle = p.accent;
    c.lineWidth = 3;
    c.lineCap = 'round';
    c.beginPath();
    c.moveTo(-20, -22);
    c.lineTo(-46, -22);
    c.moveTo(-40, -29);
    c.lineTo(-48, -22);
    c.lineTo(-40, -15);
    c.stroke();
    t('CD3 arm lets go', 0, -88, true);
    t('within minutes', 2, 2);
    t('CD123 arm holds', 4, 86, true);
    t('about an hour', 4, 86 + size * 1.25);
  } else if (step === 5) vessel(c, s, t, p);
  else seeds(c, t, p);
  c.restore();
  g.disc(c, 0, 0, RADIUS, null, p.edge, 3);
}

function bilayer(c: C, x: number, color: string, soft: string): void {
  c.fillStyle = soft;
  c.fillRect(x - 11, -140, 22, 280);
  for (let y = -132; y <= 132; y += 11) for (const dx of [-9, 9]) g.disc(c, x + dx, y, 4.2, mix(soft, color, 0.8));
}
function domain(c: C, x: number, y: number, rx: number, ry: number, a: number, fill: string, edge: string): void {
  c.beginPath();
  c.ellipse(x, y, rx, ry, (a * Math.PI) / 180, 0, Math.PI * 2);
  c.fillStyle = fill;
  c.fill();
  c.strokeStyle = edge;
  c.lineWidth = 1.6;
  c.stroke();
}
function membranes(c: C, p: Palette): void {
  c.fillStyle = p['t-soft'];
  c.fillRect(-140, -140, 66, 280);
  c.fillStyle = p['b-soft'];
  c.fillRect(76, -140, 66, 280);
  bilayer(c, -74, p.t, p['t-soft']);
  bilayer(c, 76, p.b, p['b-soft']);
}
function bar(c: C, x1: number, x2: number, y: number, color: string): void {
  c.strokeStyle = color;
  c.lineWidth = 4;
  c.lineCap = 'round';
  c.beginPath();
  c.moveTo(x1, y);
  c.lineTo(x2, y);
  c.stroke();
}
function cd3(c: C, y: number, p: Palette): void {
  bar(c, -96, -58, y - 7, p['t-edge']);
  bar(c, -96, -58, y + 7, p['t-edge']);
  domain(c, -51, y - 8, 10, 7.4, 0, p.surface, p['t-edge']);
  domain(c, -51, y + 8, 10, 7.4, 0, p.surface, p['t-edge']);
}
function cd123(c: C, y: number, p: Palette): void {
  bar(c, 96, 62, y, p['b-edge']);
  domain(c, 53, y - 9, 10, 7, 20, p.surface, p['b-edge']);
  domain(c, 53, y + 9, 10, 7, -20, p.surface, p['b-edge']);
}
/** The drug: two arms, each a pair of domains, no stem. */
function big(c: C, x: number, y: number, p: Palette): void {
  c.strokeStyle = p.ink;
  c.lineWidth = 2;
  c.beginPath();
  c.moveTo(x - 8, y - 12);
  c.bezierCurveTo(x, y - 22, x + 4, y - 20, x + 10, y - 11);
  c.moveTo(x - 8, y + 12);
  c.bezierCurveTo(x, y + 22, x + 4, y + 20, x + 10, y + 11);
  c.stroke();
  domain(c, x - 19, y - 9, 13, 9, -18, p.t, p['t-edge']);
  domain(c, x - 19, y + 9, 13, 9, 18, p.t, p['t-edge']);
  domain(c, x + 21, y - 9, 13, 9, 18, p.b, p['b-edge']);
  domain(c, x + 21, y + 9, 13, 9, -18, p.b, p['b-edge']);
}
function bound(c: C, x: number, y: number, p: Palette): void {
  cd3(c, y, p);
  cd123(c, y, p);
  big(c, x, y, p);
}
type T = (text: string, x: number, y: number, bold?: boolean) => void;

function signal(c: C, t: T, p: Palette): void {
  c.fillStyle = p['t-soft'];
  c.fillRect(-140, -140, 212, 280);
  bilayer(c, 72, p.t, p['t-soft']);
  c.beginPath();
  c.ellipse(-92, 0, 42, 64, 0, 0, Math.PI * 2);
  c.fillStyle = mix(p['t-soft'], p.t, 0.45);
  c.fill();
  for (const y of [-30, 30]) {
    for (const d of [-7, 7]) {
      bar(c, 44, 92, y + d, p['t-edge']);
      domain(c, 100, y + (d < 0 ? -8 : 8), 10, 7.4, 0, p.surface, p['t-edge']);
      g.disc(c, 34, y + d, 7, p.o, p['o-edge'], 1.4);
    }
    const to = y < 0 ? -14 : 14;
    c.strokeStyle = p['o-edge'];
    c.lineWidth = 3;
    c.lineCap = c.lineJoin = 'round';
    c.beginPath();
    c.moveTo(16, y);
    c.bezierCurveTo(-4, y, -14, to, -40, to);
    c.moveTo(-31, to - 7);
    c.lineTo(-41, to);
    c.lineTo(-31, to + 7);
    c.stroke();
  }
  t('CD3', 46, -64, true);
  t('nucleus', -84, 5);
  t('the signal', 2, 74, true);
  t('runs inward', 2, 91);
}

function pore(c: C, t: T, p: Palette): void {
  c.fillStyle = p.marrow;
  c.fillRect(-140, -140, 152, 280);
  c.fillStyle = p['b-soft'];
  c.fillRect(12, -140, 140, 280);
  bilayer(c, 10, p.b, p['b-soft']);
  for (const y of [-46, 44]) {
    c.fillStyle = p.marrow2;
    c.fillRect(-14, y - 24, 48, 48);
    for (const d of [-24, 24]) {
      c.beginPath();
      c.roundRect(-18, y + d - 7, 56, 14, 6);
      c.fillStyle = p.surface;
      c.fill();
      c.strokeStyle = p['g-edge'];
      c.lineWidth = 2.4;
      c.stroke();
    }
  }
  for (const [x, y] of [[-62, -46], [8, -46], [72, -60], [92, 30], [-44, 44], [52, 44]]) g.granzyme(c, x, y, 1.9, p);
  t('perforin', -56, 0, true);
  t('pore', -56, 17);
  t('granzyme', 76, -8, true);
  t('target cell', 56, 92);
}

function vessel(c: C, s: Moment, t: T, p: Palette): void {
  c.fillStyle = p.vessel;
  c.fillRect(-140, -140, 280, 280);
  c.fillStyle = p.marrow;
  c.fillRect(-140, -140, 280, 104);
  for (const x of [-104, 0, 104]) {
    c.beginPath();
    c.moveTo(x - 44, -40);
    c.quadraticCurveTo(x, -56, x + 44, -40);
    c.quadraticCurveTo(x, -18, x - 44, -40);
    c.closePath();
    c.fillStyle = p.rbc;
    c.fill();
    c.strokeStyle = p['vessel-edge'];
    c.lineWidth = 2;
    c.stroke();
  }
  const n = Math.min(12, Math.round(6 * Math.log10(1 + s.il6 / 3)));
  for (let i = 0; i < n; i++) g.dot(c, -96 + ((i * 61) % 196), -112 + ((i * 47) % 62), p, 5.4);
  for (let i = 0; i < n - 2; i++) g.dot(c, -100 + ((i * 73) % 200), -14 + ((i * 29) % 34), p, 5.4);
  g.triangle(c, -20, -96, 1.4, p);
  c.beginPath();
  c.roundRect(-84, 34, 168, 64, 12);
  c.fillStyle = p.surface;
  c.fill();
  c.strokeStyle = p.line;
  c.lineWidth = 1;
  c.stroke();
  g.write(c, `${fixed(s.temperature, 1)} °C`, 0, 62, { size: 23, bold: true }, p);
  t(`IL-6 ${sig(s.il6, 2)} pg/mL`, 0, 86);
}

function seeds(c: C, t: T, p: Palette): void {
  c.fillStyle = p.marrow2;
  c.fillRect(-140, -140, 280, 280);
  const rows = [[0], [-44, 44], [-66, -22, 22, 66], [-91, -65, -39, -13, 13, 39, 65, 91]];
  const ys = [-78, -28, 20, 62];
  const r = [26, 15, 13, 10.5];
  c.strokeStyle = p.edge;
  c.lineWidth = 1.4;
  rows.forEach((row, k) => row.forEach((x, i) => {
    if (!k) return;
    c.beginPath();
    c.moveTo(rows[k - 1][i >> 1], ys[k - 1] + r[k - 1]);
    c.lineTo(x, ys[k] - r[k]);
    c.stroke();
  }));
  rows.forEach((row, k) => row.forEach((x) => {
    if (!k) g.leukemiaCell(c, x, ys[0], 26, p, { stem: true });
    else {
      g.disc(c, x, ys[k], r[k], p['b-soft'], p['b-edge'], 1.8);
      g.disc(c, x, ys[k], r[k] * 0.6, mix(p['b-soft'], p.b, 0.6));
    }
  }));
  t('one seed,', 0, 96, true);
  t('many blasts', 0, 113);
}
