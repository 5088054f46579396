// SPDX-License-Identifier: Apache-2.0
// A patient under a protocol, as it stands in the address: short, readable, complete.
import type { ChangedRule, PatientRequest, Plug, Step, Treatment } from './types';

export const FIRST = { cohort: 'pif-er', seed: 7, id: 77, protocol: 'flotetuzumab-multi-step', days: 35 };

type Query = { get(name: string): string | null };

export function stepsText(steps: Step[]): string {
  return steps.map((step) => `${step.rate === null ? 'pause' : step.rate}x${step.hours}`).join(',');
}

export function stepsOf(text: string | null): Step[] | null {
  if (text === null) return null;
  if (text === 'none') return [];
  const steps = text.split(',').map((part) => {
    const [rate, hours] = part.split('x');
    return { rate: rate === 'pause' ? null : Number(rate), hours: Number(hours) };
  });
  const good = steps.every((s) => Number.isFinite(s.hours) && (s.rate === null || Number.isFinite(s.rate)));
  return good ? steps : null;
}

function whole(text: string | null, otherwise: number): number {
  const value = Number(text);
  return text !== null && text !== '' && Number.isInteger(value) && value >= 0 ? value : otherwise;
}

function json<T>(text: string | null, otherwise: T): T {
  if (!text) return otherwise;
  try {
    return JSON.parse(text) as T;
  } catch {
    return otherwise;
  }
}

export function plugsOf(text: string | null): Plug[] {
  if (!text) return [];
  return text
    .split(',')
    .map((part) => {
      const [at, hours, what] = part.split('x');
      return { what: what || 'battery', at_hours: Number(at), hours: Number(hours) };
    })
    .filter((plug) => plug.at_hours > 0 && plug.hours > 0);
}

export function plugsText(plugs: Plug[]): string {
  return plugs.map((plug) => `${plug.at_hours}x${plug.hours}${plug.what === 'battery' ? '' : `x${plug.what}`}`).join(',');
}

export function changesOf(text: string | null): Record<string, number> {
  const found: Record<string, number> = {};
  for (const part of text ? text.split(',') : []) {
    const [name, value] = part.split(':');
    if (name && Number.isFinite(Number(value))) found[name] = Number(value);
  }
  return found;
}

export function treatmentOf(query: Query): Treatment {
  const main = query.get('maintenance');
  return {
    base: query.get('protocol') || FIRST.protocol,
    steps: stepsOf(query.get('steps')),
    maintenance: main && Number(main) > 0 ? Number(main) : null,
    cycles: query.get('cycles') ? whole(query.get('cycles'), 1) : null,
    later_cycles: query.get('later'),
    premedication: json(query.get('premedication'), null),
    leave_out: json<string[]>(query.get('without'), []),
    rules: json<ChangedRule[]>(query.get('rules'), []),
    allow: query.get('allow') === 'yes',
  };
}

export function treatmentQuery(t: Treatment): Record<string, string | null> {
  return {
    protocol: t.base,
    steps: t.steps ? (t.steps.length ? stepsText(t.steps) : 'none') : null,
    maintenance: t.maintenance ? String(t.maintenance) : null,
    cycles: t.cycles ? String(t.cycles) : null,
    later: t.later_cycles ?? null,
    premedication: t.premedication ? JSON.stringify(t.premedication) : null,
    without: t.leave_out?.length ? JSON.stringify(t.leave_out) : null,
    rules: t.rules?.length ? JSON.stringify(t.rules) : null,
    allow: t.allow ? 'yes' : null,
  };
}

export function requestOf(query: Query): PatientRequest {
  const typical = query.get('id') === 'typical';
  return {
    model: query.get('model') || 'flotetuzumab',
    who: {
      cohort: query.get('cohort') || FIRST.cohort,
      seed: whole(query.get('seed'), FIRST.seed),
      id: typical ? null : whole(query.get('id'), query.get('cohort') ? 0 : FIRST.id),
      changes: changesOf(query.get('set')),
    },
    treatment: treatmentOf(query),
    days: Math.max(1, whole(query.get('days'), FIRST.days)),
    plugs: plugsOf(query.get('plug')),
  };
}

/** A study that gives the same numbers is edited only where it differs from the base. */
export function edited(t: Treatment): boolean {
  return !!(t.steps || t.maintenance || t.cycles || t.later_cycles || t.premedication || t.leave_out?.length || t.rules?.length);
}
