/** What a model writes into fields: how a field says so, and who wrote a value. Small, as every grid needs it; words are in prompts.ts and provenance.ts. */
import type { components } from "./schema";
import type { Field, Table } from "./spec";

type Schemas = components["schemas"];

export type Fill = Schemas["Fill"];
export type Picture = Schemas["Picture"];
export type Task = NonNullable<Fill["task"]>;

/** How a model fills a field, of the kind `ai` or with a `fill`; null when people do. */
export function fillOf(field: Field): Fill | null {
  if (field.kind !== "ai") return field.fill ?? null;
  const { task, prompt, slot, when, review_below, language } = field;
  return { task, prompt, slot, when, review_below, language };
}

export const isFilled = (field: Field): boolean => field.kind === "ai" || Boolean(field.fill);
export const filledFields = (table: Table): Field[] => (table.fields ?? []).filter(isFilled);

export type FillState = "waiting" | "running" | "done" | "stopped" | "cancelled";
export type ValueState = "written" | "writing" | "stale" | "by_hand" | "failed" | "review" | "empty";
export interface Provenance {
  state: ValueState;
  model?: string;
  provider?: string;
  version?: string;
  at?: string;
  cost?: string | null;
  tokens?: number;
  ms?: number;
  confidence?: number | null;
  problem?: string;
  stale?: "sources" | "prompt";
  fill?: string;
  by?: string | null;
  by_name?: string;
}

/** In a word or two, for signs and for people who hear the page. */
export const STATE_WORDS: Record<ValueState, string> = {
  written: "Written by a model", writing: "Being written", stale: "Out of date", by_hand: "Changed by hand", failed: "Could not be written", review: "Needs a look", empty: "Not written yet",
};

