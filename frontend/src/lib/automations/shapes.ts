/** What the API tells of runs and of automations. */
import type { Automation } from "../spec";

export type RunState = "waiting" | "running" | "sleeping" | "paused" | "done" | "failed" | "cancelled" | "quarantined";
export interface Run {
  id: string;
  app: string;
  automation: string;
  name: string;
  state: RunState;
  trigger: { kind: string; sentence: string; table: string | null; rows: number[]; row_count: number };
  started_by: string;
  of: string | null;
  dry: boolean;
  hops: number;
  problem: string | null;
  failed_step: { place: string; name: string } | null;
  waits_for: "time" | "approval" | "webhook" | null;
  wake_at: string | null;
  steps: number;
  told: string | null;
  cost: string | null;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
  ms: number | null;
  may: { cancel: boolean; pause: boolean; resume: boolean; retry: boolean; replay: boolean };
}
export interface RunStep {
  place: string;
  step: string;
  /** Null: not in the definition. */
  path: string | null;
  turn: number[];
  n: number;
  kind: string;
  name: string;
  sentence: string;
  state: "begun" | "again" | "waiting" | "done" | "failed" | "skipped";
  attempts: number;
  input: unknown;
  output: unknown;
  cut: boolean;
  told: string | null;
  problem: string | null;
  detail: string | null;
  wait: { for: "time" | "approval" | "webhook"; until: string | null; url: string | null } | null;
  wake_at: string | null;
  cost: string | null;
  began_at: string | null;
  ended_at: string | null;
  ms: number | null;
  repeats: "safe" | "keyed" | "may_repeat";
}
export interface RunOpened extends Omit<Run, "steps"> {
  detail: string | null;
  version: number;
  now: number;
  owner: { id: string; name: string } | null;
  input: unknown;
  definition: Automation;
  changed: boolean;
  /** Of very many, the first and the last. */
  steps: RunStep[];
  step_count: number;
  answer: unknown;
}

export interface Failure {
  app: string;
  app_name: string;
  automation: string;
  name: string;
  step: string | null;
  step_name: string | null;
  message: string;
  count: number;
  first_at: string;
  last_at: string;
  runs: string[];
}
export interface Missing {
  what: "connection" | "secret" | "mail" | "respond" | "owner";
  kind: string | null;
  step: string | null;
  sentence: string;
  to: string | null;
}
/** An automation as it stands: switched on or not, what it waits for, how its runs went. */
export interface Standing {
  app: string;
  app_name: string;
  id: string;
  name: string;
  on: boolean;
  version: number;
  trigger: { kind: string; sentence: string; cron: string | null; zone: string | null; table: string | null };
  steps: number;
  owner: { id: string; name: string } | null;
  next: string[];
  last: { run: string; state: RunState; at: string; told: string | null; problem: string | null } | null;
  counts: { day: number; failed_week: number; open: number };
  missing: Missing[];
  problem: string;
  circle: string[];
  may: { switch: boolean; press: boolean; call: boolean };
  hook: string | null;
  mail: string | null;
}
export interface Hook {
  url: string;
  verify: string;
  header: string;
  has_secret: boolean;
  secret?: string | null;
  dedupe: string;
  example: string;
  last: { at: string; status: number; said: string | null } | null;
}
export interface ScheduleTold {
  cron: string;
  words: string;
  zone: string;
  next: string[];
}
export interface Week {
  items: { app: string; automation: string; name: string; on: boolean; at: string }[];
  often: { app: string; automation: string; name: string; on: boolean; words: string; count: number }[];
}
export interface Connection {
  id: string;
  name: string;
  kind: string;
  kind_label: string;
  icon: string;
  does: string[];
  may: { use: boolean; manage: boolean };
  owner: { id: string; name: string } | null;
  test: { ok: boolean; said: string; at: string } | null;
}
