/** Trials as the API tells them: the same cases, asked of several models. Amounts are dollars as text, null when a price is not known. */
import type { components } from "./schema";
import type { Effect } from "./shapes";

type Schemas = components["schemas"];

export type State = "queued" | "running" | "cancelling" | "cancelled" | "stopped" | "done" | "failed";
export type Grade = "good" | "fine" | "poor";

export type PartToTry = Schemas["TrialPart"];
export interface Check {
  kind: "exact" | "rules" | "pattern" | "contains" | "shape" | "likeness";
  title?: string;
  strict?: boolean;
  pattern?: string;
  whole?: boolean;
  words?: string[];
  absent?: boolean;
  shape?: unknown;
  to?: "expected" | "in_use";
  least?: number;
}
export interface Schedule {
  when: ("weekly" | "snapshot" | "shutdown")[];
  cron?: string;
  next_at?: string | null;
}
export interface NewContender {
  model?: string;
  prompt?: string;
  name?: string;
}
export interface NewTrial {
  app: string | null;
  path: string;
  name?: string;
  contenders: NewContender[];
  cases: { source: "runs" | "rows" | "hand"; count: number; given?: { inputs: Record<string, string>; expected?: string; label?: string }[] };
  mask?: { emails?: boolean; phones?: boolean; names?: boolean; numbers?: boolean };
  checks?: Check[];
  judge?: { model: string; rubric: string };
  budget?: string;
  schedule?: Schedule | null;
}
export type Estimate = Schemas["TrialEstimate"];
export interface TrialLine {
  id: string;
  app: string | null;
  app_name: string | null;
  path: string;
  part: string;
  kind: string;
  name: string;
  state: State;
  problem: string | null;
  cases: number;
  calls: number;
  answered: number;
  spent: string;
  budget: string | null;
  created_at: string;
  ended_at: string | null;
  best: string | null;
  verdict: string | null;
  schedule: Schedule | null;
}
export interface Share {
  value: number;
  low: number;
  high: number;
  n: number;
  by: "votes" | "judge" | "checks" | "pairs";
}
export interface Contender {
  id: string;
  name: string;
  model: string | null;
  prompt: string | null;
  directory: string | null;
  in_use: boolean;
  is_now: boolean;
  note: string | null;
  problem: string | null;
  answered: number;
  failed: number;
  refused: number;
  grades: Record<Grade, number>;
  votes_missing: number;
  quality: Share | null;
  /** One for each check of the plan, in its order. */
  checks: (Share | null)[];
  cost: string | null;
  cost_per_1000: string | null;
  cost_per_month: string | null;
  p50_ms: number | null;
  p95_ms: number | null;
}
export interface Trial extends TrialLine {
  slot: string | null;
  task: string | null;
  contenders: Contender[];
  frontier: string[];
  plan: { cases: NewTrial["cases"]; checks: Check[]; judge: { model: string; rubric: string } | null };
  left_out: { why: string; count: number }[];
  masked: number;
  differ: number;
  agreement: { same: number; kappa: number | null; n: number } | null;
  agreement_missing: number;
  people: number;
  may_build: boolean;
  may_vote: boolean;
  seconds_left: number | null;
}
export interface Answer {
  answer: string;
  state: "written" | "review" | "failed" | "refused";
  text: string;
  problem: string | null;
  cost?: string | null;
  ms?: number | null;
  model?: string | null;
  differences?: { kind: "same" | "added" | "removed"; text: string }[] | null;
  judged?: { grade: Grade; reason: string } | null;
  recorded: { kind: string; sentence: string }[];
  mine: Grade | null;
  won?: boolean;
}
export interface Case {
  n: number;
  label: string;
  detail: string;
  inputs: { name: string; text: string }[];
  attachments: string[];
  expected: string | null;
  differs: boolean;
  answers: Answer[];
}
export type Show = "differ" | "unvoted" | "all";
export interface Cases {
  items: Case[];
  total: number;
  counts: Record<Show, number>;
}
export interface Pair {
  case: number;
  label: string;
  detail: string;
  inputs: { name: string; text: string }[];
  expected: string | null;
  left: { answer: string; text: string };
  right: { answer: string; text: string };
}
export interface Promotion {
  sentence: string;
  effects: Effect[];
  problems: { reason: string }[];
  applied: boolean;
}

export const RUNS: ReadonlySet<State> = new Set(["queued", "running", "cancelling"]);
