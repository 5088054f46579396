// SPDX-License-Identifier: Apache-2.0
// Where things are, in units of a field of 1040 by 600. Fixed, so that scrubbing moves no cell.

export const FIELD = { w: 1040, h: 600 };
export const FOCUS_T = { x: 420, y: 262, R: 86 };
export const FOCUS_B = { x: 620, y: 262, R: 98 };
export const PLANE = 515;
export const GAP = 17;

export const LEUKEMIA: [number, number, number][] = [
  [745, 402, 43], [655, 452, 41], [318, 104, 42], [552, 452, 42], [462, 62, 38], [214, 376, 42], [838, 372, 37], [318, 446, 42], [586, 62, 38],
];
export const T_CELLS: [number, number, number][] = [[238, 246, 34], [436, 448, 33], [690, 82, 31], [146, 456, 33], [815, 462, 28]];
/** Where an awake T cell goes that holds a leukemia cell, and which place of it. */
export const HELD: { at: [number, number]; place: number }[] = [
  { at: [258, 318], place: 5 }, { at: [488, 441], place: 3 }, { at: [533, 92], place: 8 }, { at: [249, 455], place: 7 }, { at: [806, 434], place: 6 },
];
export const STEM = { x: 118, y: 212, R: 40 };
export const HEALTHY = { x: 70, y: 318, R: 30 };
export const MONOCYTE = { x: 945, y: 436, R: 50 };
export const LENS = { x: 898, y: 160, R: 129 };

function random(seed: number): () => number {
  let s = seed;
  return () => (s = (s * 16807) % 2147483647) / 2147483647;
}

/** Free drug, away from every cell. */
export const DRUG: [number, number, number][] = (() => {
  const next = random(11);
  const taken = [
    ...LEUKEMIA, ...T_CELLS.map(([x, y]) => [x, y, 46]), [FOCUS_T.x - 25, FOCUS_T.y, 120], [FOCUS_B.x, FOCUS_B.y, 112],
    [STEM.x, STEM.y, 44], [HEALTHY.x, HEALTHY.y, 34], [MONOCYTE.x, MONOCYTE.y, 54], [LENS.x, LENS.y, 152], [118, 282, 30], [60, 20, 60],
    [500, 140, 66], [420, 140, 66], [610, 140, 56], [960, 372, 62], [900, 376, 40], [150, 60, 90], [230, 40, 90], [420, 372, 46], [620, 386, 60], ...HELD.map((h) => [...h.at, 36]),
  ];
  const found: [number, number, number][] = [];
  for (let tries = 0; found.length < 26 && tries < 6000; tries++) {
    const x = 150 + next() * 860;
    const y = 30 + next() * 450;
    const free = taken.every(([a, b, r]) => Math.hypot(a - x, b - y) > r + 17) && found.every(([a, b]) => Math.hypot(a - x, b - y) > 40);
    if (free) found.push([x, y, next() * Math.PI * 2]);
  }
  return found;
})();

export const RED_CELLS: [number, number, number][] = (() => {
  const next = random(5);
  return Array.from({ length: 13 }, (_, i) => [i * 88 + next() * 40 - 20, 534 + next() * 30, next() * 0.7 - 0.35]);
})();
