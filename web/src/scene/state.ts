// SPDX-License-Identifier: Apache-2.0
// The state that the scene is drawn from: the course at one hour, moved by the dials through the
// equilibrium of binding. Nothing in the scene is decoration: every count comes from here.
import type { Course } from '../lib/types';

export type Dials = { dose: number | null; r123: number | null; et: number | null; k123: number | null; k3: number | null };
export const NO_DIALS: Dials = { dose: null, r123: null, et: null, k123: null, k3: null };

export type Moment = {
  day: number; dose: number; held: boolean; concentration: number; trimersPerBlast: number; trimersPerT: number;
  awake: number; T: number; B: number; blastsLeft: number; stemLeft: number; contact: number; killsContact: number;
  killsWorking: number; quiet: number; ifn: number; il6: number; il6Signal: number; temperature: number; crs: number;
  r123: number; k123: number; k3: number; et: number; moved: string[];
};

/** Trimers per leukemia cell at binding equilibrium, before it is scaled to the model's number. */
export function equilibrium(course: Course, dose: number, r123: number, T: number, B: number, k3: number, k123: number): number {
  const p = course.patient.values;
  if (dose <= 0 || B <= 0 || T <= 0) return 0;
  const perCell = p.NG / p.Vm; // nmol/L of one molecule a cell on 10^9 cells
  const free = ((dose * p.WT) / p.CL / p.MW) * p.Kpm; // nmol/L in the marrow
  const a = r123 * B * perCell;
  const c = p.R3 * T * perCell;
  const k = free / (k123 * k3) / ((1 + free / k123) * (1 + free / k3));
  const s = k * (a + c) + 1;
  const root = Math.sqrt(Math.max(0, s * s - 4 * k * k * a * c));
  return ((2 * k * a * c) / (s + root)) / (B * perCell);
}

function hill(x: number, n: number): number {
  const y = Math.max(0, x) ** n;
  return y / (1 + y);
}

export function indexAt(course: Course, day: number): number {
  const found = course.times.findIndex((t) => t >= day - 1e-6);
  return found < 0 ? course.times.length - 1 : found;
}

/** The rate that flows at a time, and the one that flowed last if none does. */
export function rateAt(course: Course, day: number): { now: number; last: number; why: string } {
  let last = 0;
  let now = 0;
  let why = '';
  for (const part of course.stretches) {
    if (part.from > day + 1e-9) break;
    if (part.rate > 0) last = part.rate;
    now = day < part.to - 1e-9 || part === course.stretches[course.stretches.length - 1] ? part.rate : 0;
    why = now ? '' : part.why;
  }
  return { now, last: now || last || course.stretches.find((s) => s.rate > 0)?.rate || 0, why };
}

/** How much the model's number differs from the equilibrium at this hour; never of the dials. */
export function scaling(course: Course, i: number, T: number, B: number): number {
  const p = course.patient.values;
  const { last } = rateAt(course, course.times[i]);
  const plain = equilibrium(course, last, p.R123, T, B, p.koff3 / p.kon3, p.koff123 / p.kon123);
  const model = course.series.trimers_per_blast?.[i] ?? 0;
  return plain > 0 && model > 0 ? model / plain : 1;
}

export function moment(course: Course, i: number, dials: Dials = NO_DIALS): Moment {
  const p = course.patient.values;
  const at = (name: string) => course.series[name]?.[i] ?? 0;
  const scene = (name: string) => course.scene[name][i];
  const day = course.times[i];
  const rate = rateAt(course, day);
  const first = (name: string) => course.scene[name][0] || 1;
  const B = Math.max(scene('leukemic_cells'), 1e-6);
  const T = Math.max(scene('marrow_T_cells'), 1e-6);
  const k3 = p.koff3 / p.kon3;
  const k123 = p.koff123 / p.kon123;
  const found: Moment = {
    day, dose: rate.now, held: rate.now === 0 && rate.why !== '', concentration: at('concentration'),
    trimersPerBlast: at('trimers_per_blast'), trimersPerT: at('trimers_per_T'), awake: scene('awake'), T, B,
    blastsLeft: B / first('leukemic_cells'), stemLeft: scene('stem_cells') / first('stem_cells'), contact: scene('contact'),
    killsContact: scene('kills_contact'), killsWorking: scene('kills_working'), quiet: scene('quiet'), ifn: at('IFNg'),
    il6: at('IL6'), il6Signal: at('IL6_signal'), temperature: at('temperature'),
    crs: course.grades.CRS?.findLast(([a]) => a <= day + 1e-9)?.[2] ?? 0,
    r123: dials.r123 ?? p.R123, k123: dials.k123 ?? k123, k3: dials.k3 ?? k3, et: dials.et ?? T / B, moved: [],
  };
  const words: [keyof Dials, string][] = [['dose', 'dose'], ['r123', 'CD123'], ['et', 'E:T'], ['k123', 'grip of the CD123 arm'], ['k3', 'grip of the CD3 arm']];
  found.moved = words.filter(([name]) => dials[name] !== null).map(([, text]) => text);
  if (!found.moved.length) return found;
  const newT = dials.et === null ? T : dials.et * B;
  const dose = dials.dose ?? rate.last;
  const trimers = scaling(course, i, T, B) * equilibrium(course, dose, found.r123, newT, B, found.k3, found.k123);
  const perT = (trimers * B) / newT;
  const phi = (x: number) => hill(x / p.Kk, p.nk);
  const wake = (x: number) => hill(x / p.Ka, p.ga);
  const change = phi(found.trimersPerBlast) > 1e-9 ? phi(trimers) / phi(found.trimersPerBlast) : 1;
  const woken = wake(found.trimersPerT) > 1e-9 ? wake(perT) / wake(found.trimersPerT) : 1;
  found.contact = Math.min(1, found.contact * change);
  found.killsWorking = found.contact * found.killsContact;
  found.awake = Math.min(1, found.awake * woken);
  found.concentration *= dials.dose === null || rate.last === 0 ? 1 : dose / rate.last;
  found.trimersPerBlast = trimers;
  found.trimersPerT = perT;
  found.T = newT;
  found.dose = dose;
  return found;
}

// ------------------------------------------------------------------ from state to picture
const clamp = (x: number, low: number, high: number) => Math.min(high, Math.max(low, x));

export type Counts = {
  leukemia: number; T: number; awake: number; held: number; trimers: number; drug: number; triangles: number; dots: number;
  stem: boolean; cups: number; quiet: boolean; period: number;
};

export const PLACES = { leukemia: 10, T: 6, drug: 26 };
export const CELLS_PER_T = 22; // 10^9 T cells for one drawn

/** How much of each is drawn; the page's legend says the same in words. */
export function counts(s: Moment): Counts {
  const T = clamp(Math.round(s.T / CELLS_PER_T), 2, PLACES.T);
  const awake = clamp(Math.round(s.awake * T), 0, T);
  return {
    leukemia: clamp(Math.round(10 * s.blastsLeft), 0, PLACES.leukemia),
    T,
    awake,
    held: clamp(Math.round(s.contact * awake), 0, awake),
    trimers: s.trimersPerBlast > 0.05 ? clamp(Math.round(s.trimersPerBlast / 3), 1, 9) : 0,
    drug: s.concentration > 0 ? clamp(Math.round(7 * Math.log10(1 + 150 * s.concentration)), 0, PLACES.drug) : 0,
    triangles: clamp(Math.round(6 * Math.log10(1 + s.ifn / 6)), 0, 9),
    dots: clamp(Math.round(9 * Math.log10(1 + Math.max(s.il6Signal, 0.15 * s.il6) / 6)), 0, 16),
    stem: s.stemLeft >= 0.02,
    cups: clamp(Math.round(7 + 8.5 * Math.log10(s.r123 / 300)), 3, 26),
    quiet: s.quiet > 0.8 && s.il6Signal < 20,
    period: s.killsContact > 0.02 ? 5 * clamp(1.3 / s.killsContact, 0.5, 2.5) : 12,
  };
}
