/** Figures over values: of a selection that is here, and of what the server has worked out. */
import { dayText, durationText, moneyText, numberText, percentText, valueText } from "../../lib/format";
import type { Row, Value } from "../../lib/shapes";
import type { Field, Summary } from "../../lib/spec";

export const SUMMARY_WORDS: Record<Summary, string> = {
  count: "Count", sum: "Sum", average: "Average", minimum: "Lowest", maximum: "Highest", median: "Median", earliest: "Earliest", latest: "Latest",
  filled: "Filled", empty: "Empty", unique: "Different", any: "Any", all: "All", join: "All of",
};

const FIGURES: readonly Summary[] = ["sum", "average", "minimum", "maximum", "median"];

/** What may be asked of a field. */
export function summariesOf(field: Field): Summary[] {
  const every: Summary[] = ["filled", "empty", "unique"];
  switch (field.kind) {
    case "number": case "money": case "percent": case "duration": case "rating": case "formula": case "rollup": return [...FIGURES, ...every];
    case "date": case "datetime": case "created_at": case "updated_at": return ["earliest", "latest", ...every];
    case "checkbox": return ["filled", "empty"];
    case "file": case "image": case "lookup": return ["filled", "empty"];
    default: return every;
  }
}

/** A figure in the words of its field; counts are plain. */
export function summaryText(field: Field, summary: Summary, figure: Value): string {
  if (figure === null || figure === undefined) return "none";
  if (["count", "filled", "empty", "unique"].includes(summary)) return numberText(Number(figure));
  if (summary === "average" || summary === "median") {
    if (field.kind === "number" || field.kind === "rating") return numberText(Number(figure), { maximumFractionDigits: 2 });
    if (field.kind === "duration") return durationText(Math.round(Number(figure)));
  }
  if (field.kind === "money") return moneyText(String(figure), field.currency);
  return field.kind === "rating" ? numberText(Number(figure)) : valueText(field, figure);
}

export interface Told {
  cells: number;
  filled: number;
  /** Words such as `Sum €25,980`. */
  words: { label: string; figure: string }[];
}

/** What the foot says about chosen cells. Sums only where all figures are of one kind and currency. */
export function told(rows: readonly Row[], fields: readonly Field[]): Told {
  const cells = rows.length * fields.length;
  let filled = 0;
  const words: Told["words"] = [];
  for (const field of fields) for (const row of rows) if (!blank(row.values[field.id])) filled++;
  const numeric = fields.filter((f) => unitOf(f) !== null);
  const unit = numeric[0] && unitOf(numeric[0]);
  if (numeric[0] && numeric.every((f) => unitOf(f) === unit)) {
    const numbers = rows.flatMap((row) => numeric.flatMap((f) => (typeof row.values[f.id] === "number" || (f.kind === "money" && row.values[f.id] != null) ? [Number(row.values[f.id])] : [])));
    if (numbers.length > 1) words.push(...figures(numeric[0], numbers));
  }
  const dated = fields.filter((f) => f.kind === "date" || f.kind === "datetime");
  const days = rows.flatMap((row) => dated.flatMap((f) => (row.values[f.id] ? [String(row.values[f.id]).slice(0, 10)] : []))).sort();
  if (days.length > 1) words.push({ label: "", figure: `${dayText(days[0]!)} to ${dayText(days.at(-1)!)}` });
  return { cells, filled, words };
}

const blank = (v: Value | undefined): boolean => v === null || v === undefined || v === "" || v === false || (Array.isArray(v) && v.length === 0);

/** What figures of a field may be added to: nothing else than the same unit. */
function unitOf(field: Field): string | null {
  switch (field.kind) {
    case "money": return `money ${field.currency ?? "EUR"}`;
    case "number": return `number ${field.unit ?? ""}`;
    case "percent": case "duration": case "rating": return field.kind;
    case "formula": return field.shown_as === "money" ? `money ${field.currency ?? "EUR"}` : (field.shown_as ?? "number") === "number" ? "number " : null;
    case "rollup": return "number ";
    default: return null;
  }
}

function figures(field: Field, numbers: number[]): Told["words"] {
  // Amounts are added in hundredths of cents, so that 0.1 + 0.2 stays 0.30.
  const sum = numbers.reduce((a, b) => a + Math.round(b * 10_000), 0) / 10_000;
  const as = (n: number): string => {
    if (field.kind === "money" || (field.kind === "formula" && field.shown_as === "money")) return moneyText(n, field.currency ?? "EUR", n % 1 !== 0);
    if (field.kind === "percent") return percentText(n, 1);
    if (field.kind === "duration") return durationText(Math.round(n));
    return numberText(n, { maximumFractionDigits: 2 });
  };
  const low = numbers.reduce((a, b) => Math.min(a, b)), high = numbers.reduce((a, b) => Math.max(a, b));
  const all = [{ label: "Sum", figure: as(sum) }, { label: "Average", figure: as(sum / numbers.length) }, { label: "", figure: `${as(low)} to ${as(high)}` }];
  return field.kind === "percent" || field.kind === "rating" ? all.slice(1) : all;
}
