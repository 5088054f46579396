// SPDX-License-Identifier: Apache-2.0
// The six steps in plain words. Numbers come from the state; the notes say what is not known.
import { fixed, sig } from '../lib/numbers';
import type { Course } from '../lib/types';
import type { Moment } from './state';

export type Step = {
  title: string; captions: string[]; more: string; note: string; live: (s: Moment) => [string, string, string];
  course: (c: Course) => number[]; curve: string; source: string;
};

const series = (c: Course, name: string, factor = 1) => c.times.map((_, i) => (c.series[name]?.[i] ?? 0) * factor);
const scene = (c: Course, name: string, factor = 1) => c.scene[name].map((v) => v * factor);

export const STEPS: Step[] = [
  {
    title: 'The matchmaker',
    captions: ['Leukemia cells often go unseen by T cells. Flotetuzumab works like two-sided Velcro. One arm grips **CD123** on the leukemia cell, the other grips **CD3** on the T cell.', 'Drug, T cell and leukemia cell together make a **trimer**.'],
    more: 'A trimer needs both partners within reach. With little drug few bridges form; with far too much, each arm is taken up singly and bridges become fewer again. Doses that were studied lie on the rising side of this bell.',
    note: 'The drug is a DART: two small arms and no Fc stem.',
    live: (s) => [sig(s.trimersPerBlast, 2), '', 'trimers on each leukemia cell'],
    course: (c) => series(c, 'trimers_per_blast'), curve: 'trimers per leukemia cell', source: 'observable:trimers_per_blast',
  },
  {
    title: 'The wake-up',
    captions: ['Held close, the T cell gets a signal through CD3 and wakes. It grows, its edge ruffles, and it fills with granules.', 'The more trimers it feels, the more likely it is to wake.'],
    more: 'In the model, a resting T cell becomes early-activated, then an effector; long activation tires it. Dexamethasone takes part of its function, PD-L1 on leukemia cells another part.',
    note: 'The flags stand for CD69 and CD25, markers that a laboratory reads.',
    live: (s) => [String(Math.round(100 * s.awake)), ' %', 'of T cells in the marrow are awake'],
    course: (c) => scene(c, 'awake', 100), curve: 'T cells awake, %', source: 'own:awake',
  },
  {
    title: 'Perforin and granzyme',
    captions: ['The T cell moves its granules to the contact and lets them out there. **Perforin** opens pores. **Granzyme** goes in and tells the cell to die.', 'The leukemia cell shrinks and breaks into pieces.'],
    more: 'The film’s clock is one kill of a T cell in contact: the more kills a day, the faster it runs. Within one kill the film does not show true proportions; real contact to death takes hours.',
    note: 'Often told as “holes, and the cell bursts”. Most targets die by apoptosis, from within.',
    live: (s) => [sig(s.killsContact, 2), '', 'kills a day by each T cell in contact'],
    course: (c) => scene(c, 'kills_contact'), curve: 'kills a day by each T cell in contact', source: 'own:kills',
  },
  {
    title: 'Recycle the attack',
    captions: ['Its work done, the T cell lets go. With more drug around, it finds the next leukemia cell and does it again.', 'As fewer are left, T cells spend longer searching.'],
    more: 'The share in contact is read from how the model’s law of killing saturates: an interpretation, not a measured state.',
    note: 'The arm on CD3 lets go within minutes; the arm on CD123 holds for about an hour. Both from remembered kinetics.',
    live: (s) => [String(Math.round(100 * s.contact)), ' %', 'of working T cells hold a leukemia cell now'],
    course: (c) => scene(c, 'contact', 100), curve: 'working T cells in contact, %', source: 'own:contact',
  },
  {
    title: 'Why the slow start',
    captions: ['Awake T cells send messengers called **cytokines**. They wake monocytes, which pour IL-6 into the blood: fever, low blood pressure, trouble breathing.', 'A very low first dose lets these cells get used to it. Then the dose steps up.'],
    more: 'Cytokine release syndrome is graded from what a nurse reads: temperature, the support that blood pressure needs, the oxygen that breathing needs.',
    note: 'In this model, monocytes become less responsive below the level that makes them fire. Other explanations fit too.',
    live: (s) => [sig(s.il6, 2), ' pg/mL', `IL-6 in blood, ${fixed(s.temperature, 1)} °C, CRS grade ${s.crs}`],
    course: (c) => series(c, 'IL6'), curve: 'serum IL-6, pg/mL', source: 'observable:IL6',
  },
  {
    title: 'The seeds',
    captions: ['A few **leukemia stem cells** survive chemotherapy and can regrow the leukemia. They usually carry CD123 too, so the bridge can reach them.', 'Clearing leukemia can open the way to a transplant.'],
    more: 'In the model, stem cells renew or become blasts, and T cells kill them as they kill blasts, with a weight that is assumed.',
    note: 'That the drug clears these cells in patients has not been proven. Some healthy cells carry CD123 as well.',
    live: (s) => [sig(100 * s.stemLeft, 2), ' %', 'of the stem cells at the start remain'],
    course: (c) => scene(c, 'stem_cells', 100 / (c.scene.stem_cells[0] || 1)), curve: 'stem cells left, %', source: 'observable:LSC_cells',
  },
];

/** Pieces of a caption, and whether each is bold. */
export function pieces(text: string): [string, boolean][] {
  return text.split('**').map((piece, i) => [piece, i % 2 === 1]);
}

export const plain = (text: string) => text.replaceAll('**', '');
