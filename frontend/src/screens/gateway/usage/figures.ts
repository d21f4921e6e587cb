/** Sums by the day as a chart draws them. Pure. */
import { dayText, numberText } from "../../../lib/format";
import { dollars, timeText, type UsageGroup } from "../../../lib/gateway";
import { plotted, type Aggregate, type Plotted } from "../../../views/chart/series";

export type Measure = "cost" | "tokens" | "calls" | "time";
export type By = "model" | "app" | "member";

export const MEASURES: { id: Measure; label: string }[] = [{ id: "cost", label: "Cost" }, { id: "tokens", label: "Tokens" }, { id: "calls", label: "Calls" }, { id: "time", label: "Time" }];
export const BY: { id: By; label: string }[] = [{ id: "app", label: "By app" }, { id: "model", label: "By model" }, { id: "member", label: "By person" }];
export const NONE: Record<By, string> = { app: "No app", model: "No model", member: "Programs" };

export function valueOf(group: UsageGroup, measure: Measure): number {
  if (measure === "cost") return Number(group.cost);
  if (measure === "tokens") return (group.tokens.input ?? 0) + (group.tokens.output ?? 0);
  return measure === "calls" ? group.calls : group.mean_ms;
}

export function saying(measure: Measure): { short(value: number): string; long(value: number): string } {
  const compact = (value: number) => numberText(value, { notation: "compact", maximumFractionDigits: 1 }).replace("K", "k");
  switch (measure) {
    case "cost":
      // An axis says every step apart from the next: small sums need more digits.
      return { short: (value) => (value >= 1_000 ? `$${compact(value)}` : value && value < 0.01 ? `$${Number(value.toPrecision(2))}` : `$${Number.isInteger(value) ? value : value.toFixed(2)}`), long: dollars };
    case "time":
      return { short: timeText, long: timeText };
    default:
      return { short: compact, long: (value) => numberText(value) };
  }
}

/** Days along the bottom, all of them; one series for each model, app or person, the largest first. What came to nothing is not drawn. */
export function drawnOf(groups: readonly UsageGroup[], by: By, measure: Measure, since: string, until: string, name: (key: string) => string): Plotted {
  const keyed = groups.map((group) => ({ key: String(group.of.day), split: String(group.of[by] ?? ""), value: valueOf(group, measure) }));
  const sums = new Map<string, number>();
  for (const one of keyed) sums.set(one.split, (sums.get(one.split) ?? 0) + one.value);
  const all = [...sums.keys()].sort((a, b) => sums.get(b)! - sums.get(a)!);
  const order = all.filter((key, n) => n === 0 || sums.get(key)! > 0);
  const names = new Map(order.map((key) => [key, key ? name(key) : NONE[by]]));
  // Both ends are there even when nothing happened on them.
  const edges: Aggregate[] = order.length ? [since, until].map((day) => ({ key: day, split: order[0], value: measure === "time" ? null : 0 })) : [];
  const drawn = plotted([...edges, ...keyed.filter((one) => names.has(one.split))], { bucket: "day", splitNames: names, measure: "", split: true, additive: measure !== "time", empty: NONE[by], datedOnly: true });
  return { ...drawn, categories: drawn.categories.map((one) => ({ ...one, name: dayText(String(one.key)) })) };
}

/** How a sum stands to that of the time before. */
export function changeText(now: number, before: number, days: number): string {
  if (!before) return now ? `nothing in the ${days} days before` : "";
  const part = Math.round(((now - before) / before) * 100);
  return part === 0 ? `as in the ${days} days before` : `${numberText(Math.abs(part))}% ${part < 0 ? "less" : "more"} than the ${days} days before`;
}
