// SPDX-License-Identifier: Apache-2.0
// What the server answers with.

export type Named = { name: string; title: string; text: string };
export type Start = {
  version: string;
  notice: string;
  badge: string;
  processors: number;
  models: { name: string; text: string }[];
  cohorts: (Named & { responses: boolean })[];
  protocols: { name: string; title: string; drug: string }[];
  limits: { patients: number; arms: number; cycles: number; changes: Record<string, [number, number]> };
};

export type Step = { rate: number | null; hours: number };
export type Rule = {
  name: string; text: string; when: string; do: string[]; resume_when: string | null; resume: string | null;
  holds: boolean; basis: string; source: string;
};
export type Premedication = { give: string; when: string; text?: string };
export type Blocks = {
  name: string; title: string; note: string; sources: string[]; drug: string; unit: string; steps: Step[];
  maintenance: number; cycles: number; cycle_days: number; first_cycle: string; later_cycles: string;
  premedication: Premedication[]; rules: Rule[]; monitoring: string; policy: string; policy_notice: string;
  warnings: string[]; toml?: string; words?: string;
};
export type ChangedRule = { name: string; when: string; do: string[]; resume_when: string | null; resume: string | null };
export type Treatment = {
  base: string; steps?: Step[] | null; maintenance?: number | null; cycles?: number | null;
  later_cycles?: string | null; premedication?: { give: string; when: string }[] | null;
  leave_out?: string[]; rules?: ChangedRule[]; allow?: boolean;
};
export type Who = { cohort: string; seed: number; id: number | null; changes: Record<string, number> };
export type Plug = { what: string; at_hours: number; hours: number };
export type PatientRequest = { model: string; who: Who; treatment: Treatment; days: number; plugs: Plug[] };

export type Fact = { name: string; label: string; value: string; unit: string; source: string };
export type Entry = {
  day: number; kind: string; text: string;
  rules: { name: string; text: string; basis: string; source: string }[];
  seen: { name: string; text: string; unit: string }[];
};
export type Course = {
  request: PatientRequest | null;
  headline: string;
  patient: { id: number | null; cohort: string; seed: number; facts: Fact[]; values: Record<string, number>;
    changes: Record<string, number>; covariates: Record<string, number | string> };
  model: { name: string; version: string; engine: string };
  wall_seconds: number; days: number; begins: number;
  protocol: Blocks; toml: string;
  times: number[]; series: Record<string, (number | null)[]>; units: Record<string, string>; labels: Record<string, string>;
  scene: Record<string, number[]>; told: boolean;
  readings: Record<string, [number[], number[]]>;
  rate_unit: string;
  stretches: { from: number; to: number; rate: number; planned: number; why: string; step: number }[];
  gaps: { from: number; to: number; why: string }[];
  drugs: { time: number; drug: string; amount: number; unit: string; by: string }[];
  support: { time: number; what: string; level: number }[];
  grades: Record<string, [number, number, number][]>;
  log: Entry[]; totals: string[]; rules: string[];
  outcome: Record<string, number | string | boolean | null>;
  policy_notice: string;
  stored?: { run: string; arm: string; label: string; others: string[]; same_model: boolean };
};

export type Job = {
  id: string; state: string; name: string; title: string; total: number; done: number; seconds: number;
  run: string | null; why: string | null; ahead?: number; kept?: number | null;
};
export type Rate = { what: string; n: number; N: number; low: number; high: number };
export type TrialPatient = {
  id: number; crs_grade: number | null; crs_onset: number | null; response: string | null;
  best_blast_change_percent: number | null; tocilizumab_doses: number | null; hold_days: number | null;
  dose_intensity: number | null; stopped: boolean | null; blast_day28: number | null; end: number | null;
  peak_il6: number | null;
};
export type Curve = { steps: [number, number, number, number][]; risk: [number, number][]; n: number; events: number; median: number | null };
export type Arm = {
  name: string; label: string; n: number; levels: { rate: number; unit: string }[]; plan: [number, number][];
  crs_by_day: { day: number; N: number; n: number[] }[]; crs_by_step: { step: number; N: number; n: number[] }[];
  rates: Rate[]; patients: TrialPatient[]; crs_free: Curve | Record<string, never>; survival: Curve | Record<string, never>;
  adverse: { responses: Record<string, number> } & Record<string, unknown>;
};
export type Trial = {
  run: string; status: string; created: string; study: Record<string, string | number>; seed: number;
  model: { name: string; version: string }; version: string; patients_done: number; wall_seconds: number;
  policy_notice: string; responses_judged: boolean; failed: { arm: string; reason: string; n: number }[];
  arms: Arm[]; pairs: Record<string, string | number | null>[]; screening: { candidates: number; kept: number } | null;
};
export type RunEntry = {
  run: string; created: string; status: string; why?: string; name: string; title: string; patients: number;
  patients_done: number; days: number; cohort: string; seed: number; arms: { name: string; label: string }[];
  is_trial: boolean; has_ward: boolean; bytes: number; tables: string[];
};
export type SourceOf = {
  title: string; name: string; value: string; unit: string; basis: string; spread: string; details: string;
  equation?: string; sources: { key: string; text: string; year: string; link: string }[]; used_in: string;
};
