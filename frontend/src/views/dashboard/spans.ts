/** A figure set against the span before. */

import type { Condition, Filter } from "../../lib/spec";
import { type Day, type Span, isoOf, plus, startOf } from "../days";

const NOW: Record<Span, string> = { day: "today", week: "this_week", month: "this_month", quarter: "this_quarter", year: "this_year" };
const BEFORE: Record<Span, string> = { day: "yesterday", week: "last_week", month: "last_month", quarter: "last_quarter", year: "last_year" };
const SAID: Record<Span, string> = { day: "yesterday", week: "last week", month: "last month", quarter: "last quarter", year: "last year" };

const and = (filter: Filter | undefined, ...more: Condition[]): Filter =>
  filter?.of?.length ? { match: "all", of: [filter, ...more] } : { match: "all", of: more };

export const during = (filter: Filter | undefined, over: string, span: Span): Filter => and(filter, { field: over, op: "within", value: NOW[span] });
export const beforehand = (filter: Filter | undefined, over: string, span: Span): Filter => and(filter, { field: over, op: "within", value: BEFORE[span] });
export const spanBefore = (span: Span): string => SAID[span];

export const SPARK_POINTS = 12;

/** Rows of the last twelve spans, this one included: what a sparkline draws. */
export function recent(filter: Filter | undefined, over: string, span: Span, today: Day): Filter {
  const from = plus(span, startOf(span, today), 1 - SPARK_POINTS);
  return and(filter, { field: over, op: "gte", value: isoOf(from) }, { field: over, op: "lt", value: isoOf(plus(span, startOf(span, today), 1)) });
}

/** The days of those twelve spans, oldest first. */
export const sparkDays = (span: Span, today: Day): Day[] =>
  Array.from({ length: SPARK_POINTS }, (_, i) => plus(span, startOf(span, today), i + 1 - SPARK_POINTS));

export interface Comparison {
  direction: "up" | "down" | "same";
  /** `+9.5%`, `−4 pts`, `no change`. */
  said: string;
}

/** How far `now` is from `before`; null where there is nothing to compare with. */
export function compared(now: number | null, before: number | null, percent: boolean): Comparison | null {
  if (now === null || before === null || (!percent && before === 0 && now !== 0)) return null;
  const change = percent ? (now - before) * 100 : before === 0 ? 0 : ((now - before) / Math.abs(before)) * 100;
  const shown = Math.abs(change) >= 10 ? Math.round(Math.abs(change)) : Math.round(Math.abs(change) * 10) / 10;
  if (shown === 0) return { direction: "same", said: "no change" };
  return { direction: change > 0 ? "up" : "down", said: `${change > 0 ? "+" : "−"}${shown.toLocaleString("en")}${percent ? " pts" : "%"}` };
}
