// SPDX-License-Identifier: Apache-2.0
// The still layer: bone, vessel, the cells around the pair. Drawn anew only when the state changes.
import * as g from './glyphs';
import { type Palette, mix } from './palette';
import * as at from './places';
import type { Counts, Moment } from './state';

type C = CanvasRenderingContext2D;

export function field(c: C, s: Moment, n: Counts, step: number, size: number, p: Palette): void {
  ground(c, size, p);
  const dim = step === 6 ? 0.7 : 0.34;
  const pale: Palette = { ...p };
  for (const name of Object.keys(pale) as (keyof Palette)[]) if (!['marrow', 'surface', 'ink'].includes(name)) pale[name] = mix(p[name], p.marrow, dim);
  const held = new Map(at.HELD.slice(0, Math.min(n.held, at.HELD.length)).map((one, i) => [i, one]));
  at.LEUKEMIA.forEach(([x, y, R], i) => {
    if (i < n.leukemia - 1) {
      g.leukemiaCell(c, x, y, R, pale, { phase: i * 1.7, rod: i % 4 === 1, w: 1.6 });
      g.receptors(c, x, y, R, 'b', Math.max(3, Math.round(n.cups * 0.56)), pale, undefined, i * 0.23);
    } else g.gone(c, x, y, R, p, p.marrow);
  });
  at.T_CELLS.slice(0, Math.max(0, n.T - 1)).forEach(([x0, y0, R0], i) => {
    if (step === 6 && i === 0) return;
    const awake = i < n.awake;
    const contact = awake ? held.get(i) : undefined;
    const there = contact && contact.place < n.leukemia - 1;
    const [x, y] = there ? contact.at : [x0, y0];
    const R = R0 * (awake ? 1.08 : 1) * (there ? 0.92 : 1);
    g.tCell(c, x, y, R, awake ? 0.9 : 0, pale, p.marrow, { phase: i * 2.1, w: 1.6 });
    g.receptors(c, x, y, R, 't', 7, pale, undefined, i * 0.35);
    if (awake) g.flags(c, x, y, R, 2, 0.7, pale);
  });
  niche(c, n, step, size, p);
  monocyte(c, n, step, size, p);
}

function ground(c: C, size: number, p: Palette): void {
  c.fillStyle = p.marrow;
  c.fillRect(0, 0, at.FIELD.w, at.FIELD.h);
  c.beginPath();
  c.moveTo(0, 0);
  c.lineTo(330, 0);
  c.bezierCurveTo(250, 26, 230, 74, 168, 98);
  c.bezierCurveTo(92, 126, 62, 190, 34, 262);
  c.bezierCurveTo(22, 300, 12, 330, 0, 352);
  c.closePath();
  c.fillStyle = p.bone;
  c.fill();
  c.strokeStyle = p['bone-edge'];
  c.lineWidth = 2;
  c.stroke();
  for (const [x, y] of [[60, 46], [130, 52], [44, 120], [205, 28], [96, 88], [22, 200]]) {
    c.beginPath();
    c.ellipse(x, y, 9, 3.6, 0, 0, Math.PI * 2);
    c.lineWidth = 1.4;
    c.stroke();
  }
  g.write(c, 'bone', 26, 30, { size, align: 'left', halo: p.bone }, p);
  c.beginPath();
  c.moveTo(0, 512);
  c.bezierCurveTo(180, 492, 330, 528, 520, 510);
  c.bezierCurveTo(710, 492, 860, 496, 1040, 516);
  c.lineTo(1040, 600);
  c.lineTo(0, 600);
  c.closePath();
  c.fillStyle = p.vessel;
  c.fill();
  c.beginPath();
  c.moveTo(0, 512);
  c.bezierCurveTo(180, 492, 330, 528, 520, 510);
  c.bezierCurveTo(710, 492, 860, 496, 1040, 516);
  c.setLineDash([74, 10]);
  c.strokeStyle = p['vessel-edge'];
  c.lineWidth = 6;
  c.lineCap = 'round';
  c.stroke();
  c.setLineDash([]);
  for (const [x, y, a] of at.RED_CELLS) {
    c.beginPath();
    c.ellipse(x, y, 17, 9.5, a, 0, Math.PI * 2);
    c.fillStyle = p.rbc;
    c.fill();
    c.beginPath();
    c.ellipse(x, y, 8, 3.4, a, 0, Math.PI * 2);
    c.fillStyle = mix(p.rbc, p.vessel, 0.7);
    c.fill();
  }
  g.write(c, 'blood vessel', 18, 590, { size, align: 'left', halo: p.vessel }, p);
}

function niche(c: C, n: Counts, step: number, size: number, p: Palette): void {
  const { x, y, R } = at.HEALTHY;
  g.outline(c, x, y, R, { phase: 3 });
  c.fillStyle = p.normal;
  c.fill();
  c.strokeStyle = p['normal-edge'];
  c.lineWidth = 1.8;
  c.stroke();
  g.disc(c, x, y, R * 0.62, mix(p.normal, p['normal-edge'], 0.45));
  g.receptors(c, x, y, R, 'b', 1, p, undefined, -2.44);
  const stem = at.STEM;
  if (n.stem) {
    g.leukemiaCell(c, stem.x, stem.y, stem.R, p, { stem: true, phase: 1 });
    g.receptors(c, stem.x, stem.y, stem.R, 'b', Math.max(3, Math.round(n.cups * 0.56)), p, undefined, 0.1);
  } else g.gone(c, stem.x, stem.y, stem.R, p, p.marrow);
  if (step !== 6) g.write(c, 'leukemia stem cell', stem.x + 4, stem.y + stem.R + 24, { size, halo: p.marrow }, p);
  else {
    g.disc(c, stem.x, stem.y, 58, null, p['o-edge'], 2.5);
    g.tCell(c, 206, 232, 33, 0.9, p, p.marrow, { phase: 1, w: 2.2 });
    g.receptors(c, 206, 232, 34, 't', 7, p, (a) => a > 2.3 && a < 4.2, 0.17);
    g.flags(c, 206, 232, 35, 2, 0.7, p);
    for (const [a, b, t] of [[164, 214, 3.4], [163, 232, 3.5], [stem.x + 20, stem.y + 52, 4.4]]) g.dart(c, a, b, t, 1.1, p);
    g.write(c, 'leukemia stem cell', 186, 156, { size: size + 1, bold: true, align: 'left', halo: p.marrow }, p);
    g.write(c, 'carries CD123', 186, 156 + size * 1.3, { size, align: 'left', halo: p.marrow }, p);
    g.write(c, 'healthy stem cell', x + 44, y + 10, { size: size + 1, bold: true, align: 'left', halo: p.marrow }, p);
    g.write(c, 'little CD123', x + 44, y + 10 + size * 1.3, { size, align: 'left', halo: p.marrow }, p);
  }
}

function monocyte(c: C, n: Counts, step: number, size: number, p: Palette): void {
  const { x, y, R } = at.MONOCYTE;
  g.outline(c, x, y, R, { phase: 2, bleb: 0.42 });
  c.fillStyle = p.mono;
  c.fill();
  c.strokeStyle = p['mono-edge'];
  c.lineWidth = 2;
  if (n.quiet) c.setLineDash([5, 4]);
  c.stroke();
  c.setLineDash([]);
  c.beginPath();
  c.moveTo(x - 20, y - 14);
  c.bezierCurveTo(x - 4, y - 34, x + 30, y - 26, x + 26, y + 4);
  c.bezierCurveTo(x + 24, y + 22, x + 6, y + 18, x + 8, y + 4);
  c.bezierCurveTo(x + 8, y - 8, x - 4, y - 8, x - 10, y + 2);
  c.bezierCurveTo(x - 18, y + 10, x - 30, y - 2, x - 20, y - 14);
  c.closePath();
  c.fillStyle = mix(p.mono, p['mono-edge'], 0.5);
  c.fill();
  g.write(c, n.quiet ? 'monocyte, quieted' : 'monocyte', 1028, y - R - 10, { size: step === 5 ? size + 1 : size, bold: step === 5, align: 'right', halo: p.marrow }, p);
}
