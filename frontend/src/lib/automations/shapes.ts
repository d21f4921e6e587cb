/** What the API tells of runs and of automations. */
import type { components } from "../schema";
import type { Automation } from "../spec";

type Schemas = components["schemas"];

export type Run = Schemas["Run"];
export type RunState = Run["state"];
export type RunStep = Schemas["RunStep"];
export type RunOpened = Omit<Schemas["RunOpened"], "definition"> & { definition: Automation };
export type Failure = Schemas["FailureShown"];
export type Offered = Schemas["OfferShown"];
export type Connection = Schemas["Connection"];

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
