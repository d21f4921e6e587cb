/** What the API sends and takes, by the contract in docs/architecture.md. */
import type { App, Change, Filter, Grouping, Sort } from "./spec";

export interface Linked {
  id: number;
  name: string;
}
export interface Stored {
  id: string;
  name: string;
  type: string;
  bytes: number;
  width?: number | null;
  height?: number | null;
}
export type Value = string | number | boolean | null | string[] | number[] | Linked[] | Stored[] | { error: string } | Value[];
export type Values = Record<string, Value>;

export interface Row {
  id: number;
  version: number;
  created_at: string;
  created_by: string | null;
  updated_at: string;
  updated_by: string | null;
  values: Values;
}
export interface Page {
  rows: Row[];
  total: number | null;
  offset: number;
  next: string | null;
}
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
export interface Group {
  key: Value;
  name: string;
  count: number;
  summaries: Values;
  groups?: Group[];
}
export interface GroupsQuery {
  by: Grouping[];
  filter?: Filter;
  search?: string;
  summaries?: Record<string, string>;
}

export type Right = "read" | "comment" | "write" | "build" | "manage";
export type WorkspaceRole = "owner" | "builder" | "member" | "viewer" | "nothing";
export interface Member {
  id: string;
  name: string;
  email: string | null;
  role: WorkspaceRole;
  initials: string;
  hue: number;
}
export interface Workspace {
  id: string;
  name: string;
  hue: number;
}
export interface Me {
  member: Member;
  workspace: Workspace;
  may: Right[];
  version: string;
}
export interface AppCard {
  id: string;
  name: string;
  description: string;
  icon: string;
  hue: number;
  tables: number;
  rows: number;
  version: number;
  updated_at: string;
}
export interface OpenApp {
  id: string;
  version: number;
  spec: App;
  may: Right[];
  samples: boolean;
}

export interface ProblemAt {
  path: string;
  reason: string;
  example?: string | null;
}
export interface Effect {
  sentence: string;
  part: string;
  path: string;
  severity: "adds" | "changes" | "loses";
}
export interface Choice {
  id: string;
  label: string;
  safe?: boolean;
}
export interface Loss {
  path: string;
  sentence: string;
  rows: number;
  choices: Choice[];
}
export interface Note {
  kind: "yours" | "assumed" | "not_understood" | "question";
  path: string;
  words: string;
  span: [number, number] | null;
  choices: Choice[];
  answer?: string | null;
}
export interface Plan {
  title: string;
  /** Absent while there is nothing to show: a question, a refusal. */
  spec: App | null;
  change: Change | null;
  effects: Effect[];
  losses: Loss[];
  notes: Note[];
  outcome: "plan" | "question" | "refusal";
  message: string;
  problems?: ProblemAt[];
}
export interface Preview {
  change: Change;
  effects: Effect[];
  problems: ProblemAt[];
  losses: Loss[];
  spec: App;
}
export type DraftState = "planning" | "ready" | "building" | "built" | "discarded" | "failed";
export interface Message {
  by: "you" | "builder";
  words: string;
  at: string | null;
}
export interface Draft {
  id: string;
  state: DraftState;
  app: string | null;
  wish: string;
  messages: Message[];
  plan: Plan | null;
  base_version: number | null;
  took_ms: number | null;
  error: string | null;
  /** Of a draft that is built. */
  report: Built | null;
  created_at: string;
  /** Rows that the app would begin with, by table. */
  samples: Record<string, Values[]>;
}
export type DraftEvent =
  | { type: "section"; section: string; [more: string]: unknown }
  | { type: "ready"; draft: Draft }
  | { type: "failed"; detail?: string; draft?: Draft };
export interface Built {
  app: string;
  version: number;
  /** What was done, told from what was applied. */
  report: Effect[];
}

export interface Version {
  version: number;
  note: string;
  by: string | null;
  at: string;
  effects: Effect[];
}
export interface UndoState {
  next_undo: string | null;
  next_redo: string | null;
}
export interface Undone extends UndoState {
  sentence: string;
  undone: unknown;
}

export interface ImportColumn {
  name: string;
  kind: string;
  examples: string[];
  options: { id: string; name: string; hue: string }[];
  field?: Record<string, unknown> | null;
}
export interface Import {
  id: string;
  state: "reading" | "ready" | "running" | "done" | "failed" | "cancelled";
  name: string;
  sheets: { name: string; rows: number | null }[];
  sheet: string | null;
  columns: ImportColumn[];
  sample: Value[][];
  problems: ProblemAt[];
  rows: number | null;
  done: number;
  refused: number;
  app: string | null;
  table: string | null;
  message: string;
}

export interface Token {
  id: string;
  name: string;
  created_at: string;
  last_used_at?: string | null;
  expires_at?: string | null;
  scopes: Right[];
  /** Its first characters, to tell tokens apart. */
  begins: string;
  /** The whole of it, only in the answer that made it. */
  token?: string;
}
export interface Template {
  id: string;
  name: string;
  description: string;
  icon: string;
  hue: number;
  tables?: number | string[];
  spec?: App;
}
export interface Hit {
  kind: "app" | "table" | "view" | "row";
  app: string;
  app_name?: string;
  id: string | number;
  name: string;
  table?: string | null;
  view?: string | null;
  detail?: string;
}
export interface FormulaCheck {
  type: string | null;
  problems: ProblemAt[];
  examples: unknown[];
}
export interface Items<T> {
  items: T[];
  next: string | null;
}
