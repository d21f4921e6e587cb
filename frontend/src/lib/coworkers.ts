/** Co-workers as the API tells them: who they are, what was said, what they ask to do. */
import type { components } from "./schema";
import type { Coworker as Spec } from "./spec";
import type { Stored, Value } from "./shapes";

type Schemas = components["schemas"];

export type Policy = "always" | "asks" | "never";
export type MayDo = Schemas["May"];
export interface TableGrant {
  app: string;
  table: string;
  name: string;
  may: "read" | "write" | "never";
}
export type Spent = Schemas["CoworkerUsage"];
export interface Coworker {
  key: string;
  id: string;
  name: string;
  description: string;
  app: string | null;
  app_name: string | null;
  slot: string;
  model: string | null;
  ready: boolean;
  problem: string | null;
  instructions: string;
  memory: boolean;
  schedule: { cron: string; ask: string } | null;
  knowledge: number;
  may: MayDo[];
  tables: TableGrant[];
  usage: Spent | null;
  edits: boolean;
  spec: Spec;
}

export type ConversationLine = Schemas["Conversation"];
export interface Source {
  n: number;
  kind: "row" | "rows" | "file";
  title: string;
  detail: string;
  app: string | null;
  table: string | null;
  row: number | null;
  file: string | null;
  view: string | null;
}
export interface ActField {
  field: string;
  name: string;
  kind: string;
  before: Value;
  after: Value;
  now?: Value;
  before_text: string;
  after_text: string;
  now_text?: string | null;
  raw: Value;
}
export interface ActRow {
  n: number;
  id: number | null;
  title: string;
  version: number | null;
  fields: ActField[];
}
export interface Act {
  id: string;
  tool: string;
  kind: "add" | "change" | "trash" | "start" | "use";
  app: string;
  app_name: string;
  table: string;
  table_name: string;
  sentence: string;
  left_out: boolean;
  rows: ActRow[];
}
export interface Card {
  id: string;
  turn: string;
  state: "open" | "applied" | "refused" | "put_aside";
  version: number;
  sentence: string;
  acts: Act[];
  loses: string | null;
  changed: boolean;
  allow: string | null;
  by_itself: boolean;
  reason: string | null;
  decided_by: string | null;
  decided_at: string | null;
  undo: { app: string; sentence: string }[];
}
export type Part =
  | { kind: "text"; text: string; html: string }
  | { kind: "tool"; id: string; tool: string; title: string; words: string; state: "running" | "done" | "failed"; result: string | null; ms: number | null }
  | { kind: "card"; card: Card }
  | { kind: "note"; tone: "info" | "warn" | "bad"; text: string; to?: { label: string; href: string } | null };
export type ToolPart = Extract<Part, { kind: "tool" }>;
export interface Turn {
  id: string;
  n: number;
  state: "working" | "waiting" | "done" | "stopped" | "failed";
  asked: { text: string; files: Pick<Stored, "id" | "name" | "type" | "bytes">[]; rows: Source[]; by: string; by_name: string; at: string };
  parts: Part[];
  sources: Source[];
  looked: { things: number; apps: string[] };
  model: string | null;
  cost: string | null;
  unpriced: boolean;
  tokens: { input: number; output: number };
  ms: number | null;
  first_ms: number | null;
  problem: string | null;
  at: string;
  ended_at: string | null;
}
export interface Conversation extends ConversationLine {
  turns: Turn[];
}
export type Line =
  | { type: "turn"; turn: Turn }
  | { type: "text"; n: number; delta: string }
  | { type: "part"; n: number; part: Part }
  | { type: "sources"; sources: Source[] }
  | { type: "title"; title: string }
  | { type: "done"; turn: Turn };

export type Memory = Schemas["Memory"];
export type Known = Schemas["Known"];
