// SPDX-License-Identifier: Apache-2.0
// The glyphs of the scene. Shapes differ, not hues alone: two-pronged CD3, cupped CD123, starred
// stem cell, ring-dot granule, open perforin, bitten granzyme, triangles and dots of messengers.
import { type Palette, mix } from './palette';

type C = CanvasRenderingContext2D;
const TURN = Math.PI * 2;
export const ease = (x: number) => {
  const q = Math.min(1, Math.max(0, x));
  return q * q * (3 - 2 * q);
};
export const between = (f: number, a: number, b: number) => ease((f - a) / (b - a));
export const lerp = (a: number, b: number, q: number) => a + (b - a) * q;

export type Shape = { phase?: number; ruffle?: number; bleb?: number; plane?: number | null; side?: number; time?: number };

/** An outline: round, ruffled when awake, blebbed when dying, flattened at a contact. */
export function outline(c: C, cx: number, cy: number, R: number, o: Shape = {}): void {
  const n = R > 60 ? 84 : 44;
  const phase = o.phase ?? 0;
  const side = o.side ?? 1;
  c.beginPath();
  for (let i = 0; i < n; i++) {
    const a = (i / n) * TURN;
    let r = R * (1 + 0.012 * Math.sin(3 * a + phase) + 0.008 * Math.sin(5 * a + 2 * phase));
    if (o.ruffle) r *= 1 + o.ruffle * 0.034 * Math.sin(13 * a + (o.time ?? 0) * 1.6 + phase) * (0.6 + 0.4 * Math.sin(4 * a + 1));
    if (o.bleb) r *= 1 + o.bleb * 0.13 * Math.max(0, Math.sin(5 * a + 1.1 + phase)) ** 2 + o.bleb * 0.07 * Math.sin(9 * a + 2);
    if (o.plane !== undefined && o.plane !== null) {
      const cos = Math.cos(a) * side;
      if (cos > 0.08) {
        const limit = Math.abs(o.plane - cx) / cos;
        if (limit < r * 1.25) {
          const low = Math.min(r, limit);
          r = low - Math.max(0, 8 - (Math.max(r, limit) - low)) ** 2 / 32;
        }
      }
    }
    const x = cx + r * Math.cos(a);
    const y = cy + r * Math.sin(a);
    if (i) c.lineTo(x, y);
    else c.moveTo(x, y);
  }
  c.closePath();
}

export function disc(c: C, x: number, y: number, r: number, fill: string | null, stroke: string | null = null, w = 1): void {
  c.beginPath();
  c.arc(x, y, r, 0, TURN);
  if (fill) {
    c.fillStyle = fill;
    c.fill();
  }
  if (stroke) {
    c.strokeStyle = stroke;
    c.lineWidth = w;
    c.stroke();
  }
}

/** A receptor: CD3 is a fork, CD123 a cup on a stalk. */
export function receptor(c: C, x: number, y: number, angle: number, kind: 't' | 'b', p: Palette): void {
  c.save();
  c.translate(x, y);
  c.rotate(angle);
  c.strokeStyle = kind === 'b' ? p['b-edge'] : p['t-edge'];
  c.lineWidth = 2;
  c.lineCap = 'round';
  c.beginPath();
  c.moveTo(0, 0);
  c.lineTo(4, 0);
  if (kind === 'b') {
    c.moveTo(9.6, -3.4);
    c.arc(8, 0, 4, -1.1, 1.1, true);
  } else {
    c.moveTo(8.4, -3.2);
    c.lineTo(4, -3.2);
    c.lineTo(4, 3.2);
    c.lineTo(8.4, 3.2);
  }
  c.stroke();
  c.restore();
}

export function receptors(c: C, x: number, y: number, R: number, kind: 't' | 'b', n: number, p: Palette, skip?: (a: number) => boolean, turn = 0): void {
  for (let i = 0; i < n; i++) {
    const a = ((i + 0.5) / n) * TURN + turn;
    const plain = ((a % TURN) + TURN) % TURN;
    if (skip?.(plain)) continue;
    receptor(c, x + R * Math.cos(a), y + R * Math.sin(a), a, kind, p);
  }
}

export function tCell(c: C, x: number, y: number, R: number, awake: number, p: Palette, ground: string, o: Shape & { w?: number; polar?: number } = {}): void {
  if (awake > 0.05) disc(c, x, y, R * 1.19, mix(ground, p.t, 0.13 * awake));
  outline(c, x, y, R, { ...o, ruffle: awake });
  c.fillStyle = p['t-soft'];
  c.fill();
  c.strokeStyle = p['t-edge'];
  c.lineWidth = o.w ?? 2;
  c.stroke();
  const nx = x - (o.side ?? 1) * R * 0.1 * (o.polar ?? 0);
  c.beginPath();
  c.ellipse(nx, y, R * lerp(0.66, 0.52, awake), R * lerp(0.66, 0.56, awake), 0, 0, TURN);
  c.fillStyle = mix(p['t-soft'], p.t, lerp(0.66, 0.46, awake));
  c.fill();
  if (awake > 0.4) disc(c, nx - R * 0.12, y - R * 0.1, R * 0.13, p['t-edge']);
}

/** Pennants of an awake T cell: CD69 and CD25. */
export function flags(c: C, x: number, y: number, R: number, n: number, size: number, p: Palette): void {
  for (let i = 0; i < n; i++) {
    const a = ((-150 + i * 34) * Math.PI) / 180;
    c.save();
    c.translate(x + R * Math.cos(a), y + R * Math.sin(a));
    c.rotate(a + Math.PI / 2);
    c.scale(size, size);
    c.strokeStyle = p['t-edge'];
    c.lineWidth = 1.8;
    c.beginPath();
    c.moveTo(0, 2);
    c.lineTo(0, -13);
    c.stroke();
    c.beginPath();
    c.moveTo(0, -13);
    c.lineTo(9, -9.5);
    c.lineTo(0, -6);
    c.closePath();
    c.fillStyle = p.sky;
    c.fill();
    c.lineWidth = 1;
    c.stroke();
    c.restore();
  }
}

export function star(c: C, x: number, y: number, r: number, fill: string, stroke: string): void {
  c.beginPath();
  for (let i = 0; i < 10; i++) {
    const a = (i / 10) * TURN - Math.PI / 2;
    const q = i % 2 ? r * 0.45 : r;
    if (i) c.lineTo(x + q * Math.cos(a), y + q * Math.sin(a));
    else c.moveTo(x + q * Math.cos(a), y + q * Math.sin(a));
  }
  c.closePath();
  c.fillStyle = fill;
  c.fill();
  c.strokeStyle = stroke;
  c.lineWidth = 1.6;
  c.lineJoin = 'round';
  c.stroke();
}

export function leukemiaCell(c: C, x: number, y: number, R: number, p: Palette, o: Shape & { w?: number; die?: number; stem?: boolean; rod?: boolean } = {}): void {
  const die = o.die ?? 0;
  outline(c, x, y, R, { ...o, bleb: die > 0.2 ? Math.min(1, (die - 0.2) * 1.4) : 0 });
  c.fillStyle = p['b-soft'];
  c.fill();
  c.strokeStyle = p['b-edge'];
  c.lineWidth = o.w ?? 2;
  c.stroke();
  if (o.stem) disc(c, x, y, R - 5, null, p['b-edge'], 1.6);
  if (die < 0.45) {
    const r = R * 0.7 * (1 - 0.35 * die);
    c.beginPath();
    c.ellipse(x + R * 0.05, y, r, r * 0.94, 0, 0, TURN);
    c.fillStyle = mix(p['b-soft'], p.b, lerp(0.58, 0.95, Math.min(1, die * 2)));
    c.fill();
    if (!o.stem) {
      disc(c, x - R * 0.18, y - R * 0.16, R * 0.13, mix(p.b, p['b-edge'], 0.55));
      disc(c, x + R * 0.25, y + R * 0.2, R * 0.1, mix(p.b, p['b-edge'], 0.45));
    }
    if (o.rod) {
      c.beginPath();
      c.moveTo(x - R * 0.2, y + R * 0.8);
      c.lineTo(x + R * 0.1, y + R * 0.76);
      c.strokeStyle = mix(p['b-soft'], p['b-edge'], 0.7);
      c.lineWidth = 2.4;
      c.lineCap = 'round';
      c.stroke();
    }
  } else {
    for (const [a, b, r] of [[-0.22, -0.16, 0.3], [0.26, -0.2, 0.24], [0.04, 0.28, 0.28]]) {
      disc(c, x + R * a * (1 + die * 0.4), y + R * b * (1 + die * 0.4), R * r * 0.8, p['b-edge']);
    }
  }
  if (o.stem) star(c, x, y, R * 0.44, p.surface, p['b-edge']);
}

export function gone(c: C, x: number, y: number, R: number, p: Palette, ground: string): void {
  c.setLineDash([2, 6]);
  disc(c, x, y, R, null, mix(ground, p['b-edge'], 0.55), 1.4);
  c.setLineDash([]);
}

export function dart(c: C, x: number, y: number, angle: number, k: number, p: Palette): void {
  const [cos, sin] = [Math.cos(angle) * k, Math.sin(angle) * k];
  c.strokeStyle = p.ink;
  c.lineWidth = 1.7;
  c.beginPath();
  c.moveTo(x - 4 * cos, y - 4 * sin);
  c.lineTo(x + 4 * cos, y + 4 * sin);
  c.stroke();
  disc(c, x - 6 * cos, y - 6 * sin, 4.6 * k, p.t, p['t-edge'], 1);
  disc(c, x + 6 * cos, y + 6 * sin, 4.6 * k, p.b, p['b-edge'], 1);
}

export function granule(c: C, x: number, y: number, p: Palette, r = 5.2): void {
  disc(c, x, y, r, p.g, p['g-edge'], 1);
  disc(c, x, y, r * 0.4, p.surface);
}

export function perforin(c: C, x: number, y: number, p: Palette, r = 5): void {
  disc(c, x, y, r, p.surface, p['g-edge'], 2);
}

export function granzyme(c: C, x: number, y: number, k: number, p: Palette): void {
  c.beginPath();
  c.moveTo(x, y);
  c.arc(x, y, 6.6 * k, 0.55, TURN - 0.55);
  c.closePath();
  c.fillStyle = p.g;
  c.fill();
  c.strokeStyle = p['g-edge'];
  c.lineWidth = 1;
  c.stroke();
}

export function triangle(c: C, x: number, y: number, k: number, p: Palette): void {
  c.beginPath();
  c.moveTo(x, y - 5.6 * k);
  c.lineTo(x + 5.2 * k, y + 3.8 * k);
  c.lineTo(x - 5.2 * k, y + 3.8 * k);
  c.closePath();
  c.fillStyle = p.c;
  c.fill();
  c.strokeStyle = p['c-edge'];
  c.lineWidth = 1;
  c.stroke();
}

export function dot(c: C, x: number, y: number, p: Palette, r = 4.2): void {
  disc(c, x, y, r, p.c, p['c-edge'], 1);
}

export type Text = { size: number; bold?: boolean; align?: CanvasTextAlign; color?: string; halo?: string };
export const FONT = '"Segoe UI","Helvetica Neue",Roboto,"Liberation Sans",Arial,sans-serif';

export function write(c: C, text: string, x: number, y: number, o: Text, p: Palette): void {
  c.font = `${o.bold ? 650 : 400} ${o.size}px ${FONT}`;
  c.textAlign = o.align ?? 'center';
  c.textBaseline = 'alphabetic';
  if (o.halo) {
    c.strokeStyle = o.halo;
    c.lineWidth = 4;
    c.lineJoin = 'round';
    c.strokeText(text, x, y);
  }
  c.fillStyle = o.color ?? (o.bold ? p.ink : p.muted);
  c.fillText(text, x, y);
}

export function pill(c: C, text: string, x: number, y: number, size: number, p: Palette, align: 'center' | 'right' = 'center'): void {
  c.font = `400 ${size}px ${FONT}`;
  const w = c.measureText(text).width + 22;
  const left = align === 'right' ? x - w : x - w / 2;
  const h = size * 1.85;
  c.beginPath();
  c.roundRect(left, y - h * 0.68, w, h, h / 2);
  c.fillStyle = p.surface;
  c.fill();
  c.strokeStyle = p.edge;
  c.lineWidth = 1;
  c.stroke();
  c.fillStyle = p.ink;
  c.textAlign = 'center';
  c.textBaseline = 'alphabetic';
  c.fillText(text, left + w / 2, y);
}

export function lead(c: C, x1: number, y1: number, x2: number, y2: number, p: Palette): void {
  c.strokeStyle = p.edge;
  c.lineWidth = 1.2;
  c.beginPath();
  c.moveTo(x1, y1);
  c.lineTo(x2, y2);
  c.stroke();
  disc(c, x1, y1, 2.6, p.edge);
}
