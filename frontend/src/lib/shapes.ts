/** What the API sends and takes: made from its OpenAPI file (schema.d.ts). Only values by kind, which that file leaves open, are told here. */
import type { components } from "./schema";
import type { Provenance } from "./ai";
import type { Change, Filter, Grouping, Sort } from "./spec";

type Schemas = components["schemas"];

// ── values ─────────────────────────────────────────────

export interface Linked {
  id: number;
  name: string;
}
export type Stored = Schemas["StoredFile"];
export type Value = string | number | boolean | null | string[] | number[] | Linked[] | Stored[] | { error: string } | Value[];
export type Values = Record<string, Value>;
type Valued<T> = Omit<T, "values"> & { values: Values };

/** `ai` tells of values that a model may write who wrote them; only where there is something to tell. */
export type Row = Omit<Valued<Schemas["Row"]>, "ai"> & { ai?: Record<string, Provenance> | null };
export type TrashedRow = Valued<Schemas["TrashedRow"]>;
export type Page = Omit<Schemas["RowPage"], "rows"> & { rows: Row[] };
export interface PageQuery {
  view?: string;
  filter?: Filter;
  sorts?: Sort[];
  search?: string;
  fields?: string[];
  offset?: number;
  limit?: number;
  cursor?: string;
  total?: boolean;
}
export type Group = Omit<Schemas["Group"], "key" | "summaries"> & { key: Value; summaries: Values; groups?: Group[] };
export interface GroupsQuery {
  by: Grouping[];
  filter?: Filter;
  search?: string;
  summaries?: Record<string, string>;
}

// ── people, apps ───────────────────────────────────────

export type Me = Schemas["Me"];
export type Member = Schemas["Member"];
export type MyWorkspaces = Schemas["MyWorkspaces"];
export type MyWorkspace = Schemas["MyWorkspace"];
export type Invitation = Schemas["Invitation"];
export type Invited = Schemas["Invited"];
export type TeamGroup = Schemas["TeamGroup"];
export type WorkspaceRole = Schemas["WorkspaceRole"];
export type Belongings = Schemas["Belongings"];
export type AppAccess = Schemas["AppAccess"];
export type MySession = Schemas["MySession"];
export type Workspace = Schemas["Workspace"];
export type Security = Schemas["Security"];
export type Passkey = Schemas["Passkey"];
export type CodesBegun = Schemas["CodesBegun"];
export type FreshRecoveryCodes = Schemas["FreshRecoveryCodes"];
export type Proof = Schemas["Proof"];
export type SignInPolicy = Schemas["SignInPolicy"];
export type Right = Me["may"][number];
export type AppCard = Schemas["AppLine"];
export type OpenApp = Schemas["AppState"];
export type TrashedApp = Schemas["TrashedApp"];
export type Version = Schemas["VersionLine"];
export type UndoState = Schemas["Next"];
export type Undone = Schemas["Undone"];
export type AuditEntry = Schemas["AuditEntry"];
export type AuditVerification = Schemas["AuditVerification"];
export type AuditStream = Schemas["Endpoint"];
export type Token = Schemas["ApiToken"] & Partial<Pick<Schemas["FreshToken"], "token">>;
export type Template = Schemas["Template"];
export type Wish = Schemas["Wish"];
export type Hit = Schemas["Hit"];
export type Import = Schemas["Import"];

// ── changes and drafts ─────────────────────────────────

export type ProblemAt = Omit<Schemas["Problem"], "example"> & { example?: string | null };
export type Effect = Schemas["Effect"];
export type Loss = Schemas["Loss"];
export type Note = Schemas["Note"];
export type Message = Schemas["Message"];
export type Built = Schemas["Built"];
export type FormulaCheck = Schemas["FormulaCheck"];
export type Preview = Omit<Schemas["Plan"], "change"> & { change: Change };
export type Suggestion = { sentence: string; change: Change };
export type Plan = Omit<Schemas["DraftPlan"], "change" | "suggestions"> & { change: Change | null; suggestions: Suggestion[] };
export type Draft = Omit<Schemas["Draft"], "plan" | "samples"> & { plan: Plan | null; samples: Record<string, Values[]> };
export type DraftEvent = ({ type: "working" } & NonNullable<Draft["working"]>) | { type: "section"; section: string; value: unknown } | { type: "ready"; draft: Draft };

export interface Items<T> {
  items: T[];
  next: string | null;
}
