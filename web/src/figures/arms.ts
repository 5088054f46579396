// SPDX-License-Identifier: Apache-2.0
// Arms differ in letter, color and dash, in every figure.

export const STYLES = [
  { letter: 'A', color: 'var(--accent)', soft: 'var(--tint)', dash: '' },
  { letter: 'B', color: 'var(--o-edge)', soft: 'var(--o-soft)', dash: '6 3' },
  { letter: 'C', color: 'var(--c-edge)', soft: 'var(--raised)', dash: '2 3' },
  { letter: 'D', color: 'var(--b-edge)', soft: 'var(--b-soft)', dash: '8 3 2 3' },
];
