/** How a measure's figures are written: in full, and short enough for an axis. */

import { numberText } from "../../lib/format";
import type { Chart, Field } from "../../lib/spec";

export type Measure = NonNullable<Chart["measure"]>;

const ADDITIVE = new Set(["count", "sum", "filled", "empty"]);
const COUNTS = new Set(["count", "filled", "empty", "unique"]);

/** Parts may be added up to a whole. */
export const isAdditive = (measure: Measure): boolean => ADDITIVE.has(measure.summary ?? "count");
/** Whole numbers of rows. */
export const isCount = (measure: Measure): boolean => COUNTS.has(measure.summary ?? "count");

const SAID: Record<string, string> = {
  count: "Number of rows", sum: "Sum", average: "Average", minimum: "Smallest", maximum: "Largest", median: "Median", earliest: "Earliest",
  latest: "Latest", filled: "Filled in", empty: "Left empty", unique: "Different values", any: "Any", all: "All", join: "Joined",
};

export function measureSaid(measure: Measure, field: Field | undefined): string {
  const summary = measure.summary ?? "count";
  if (summary === "count" || !field) return SAID.count!;
  return COUNTS.has(summary) ? `${SAID[summary]}: ${field.name}` : `${SAID[summary]} of ${field.name}`;
}

export const summarySaid = (summary: string): string => SAID[summary] ?? summary;

function style(measure: Measure, field: Field | undefined): Intl.NumberFormatOptions {
  if (isCount(measure) || !field) return {};
  const shown = field.kind === "formula" ? field.shown_as : field.kind;
  if (shown === "money") return { style: "currency", currency: ("currency" in field ? field.currency : null) ?? "EUR", currencyDisplay: "narrowSymbol" };
  return shown === "percent" ? { style: "percent" } : {};
}

const HOUR_S = 3600;

/** Writers of a measure's figures. */
export function figures(measure: Measure, field: Field | undefined): { short(value: number): string; long(value: number): string } {
  if (field?.kind === "duration" && !isCount(measure)) {
    const hours = (v: number): string => `${numberText(v / HOUR_S, { maximumFractionDigits: 1 })} h`;
    return { short: hours, long: hours };
  }
  const how = style(measure, field);
  const most = isCount(measure) ? 0 : how.style === "percent" ? 1 : 2;
  const round = (digits: number): Intl.NumberFormatOptions => ({ ...how, maximumFractionDigits: digits, minimumFractionDigits: 0 });
  return {
    short: (v) => numberText(v, { ...round(1), notation: "compact" }).replace("K", "k"),
    long: (v) => numberText(v, how.style !== "currency" ? round(most) : Number.isInteger(v) ? round(0) : how),
  };
}
