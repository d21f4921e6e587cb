/** What a chart draws: categories along one axis, one list of figures for each series. */

import { type Day, type Span, bucketName, dayFrom, isoOf, plus, startOf } from "../days";

/** One figure of `…/aggregates`. */
export interface Aggregate {
  key: unknown;
  name?: string | null;
  split?: unknown;
  split_name?: string | null;
  value: unknown;
}

export interface Category {
  key: unknown;
  name: string;
  /** Several small ones as one: no single key stands behind it. */
  rest?: boolean;
}

export interface Series {
  key: unknown;
  name: string;
  values: (number | null)[];
  rest?: boolean;
}

export interface Plotted {
  categories: Category[];
  series: Series[];
}

export interface Wanted {
  bucket?: Span | null;
  /** Names and order of known keys: options, members, yes and no. */
  names?: ReadonlyMap<string, string>;
  splitNames?: ReadonlyMap<string, string>;
  /** The one series' name when nothing splits. */
  measure: string;
  /** There is one series for each `split`. */
  split?: boolean;
  /** Figures that can be added up: only those may be gathered into a rest. */
  additive: boolean;
  empty?: string;
  /** Rows without a day have no place on a line through time. */
  datedOnly?: boolean;
  categoriesMax?: number;
}

export const SERIES_MAX = 6;
export const CATEGORIES_MAX = 40;
const BUCKETS_MAX = 400;

const text = (key: unknown): string => {
  if (key === null || key === undefined) return "";
  if (Array.isArray(key)) return key.map(text).join(", ");
  if (typeof key === "object" && "id" in key) return String(key.id);
  return String(key);
};

export const figure = (value: unknown): number | null => {
  const number = typeof value === "string" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : null;
};

function found(keys: Map<string, Category>, names: ReadonlyMap<string, string> | undefined): Category[] {
  if (!names) return [...keys.values()];
  const known = [...names.keys()].filter((k) => keys.has(k)).map((k) => keys.get(k)!);
  return [...known, ...[...keys].filter(([k]) => !names.has(k)).map(([, c]) => c)];
}

function collected(keys: Iterable<[unknown, string | null | undefined]>, names: ReadonlyMap<string, string> | undefined, empty: string): Category[] {
  const all = new Map<string, Category>();
  for (const [key, name] of keys) {
    const id = text(key);
    if (!all.has(id)) all.set(id, { key, name: id === "" ? empty : (names?.get(id) ?? name ?? id) });
  }
  return found(all, names);
}

/** Every bucket from the first to the last, so that a month without rows is a gap one can see. */
function buckets(categories: Category[], bucket: Span, empty: string, datedOnly: boolean): Category[] {
  const days = categories.filter((c) => text(c.key)).map((c) => startOf(bucket, dayFrom(text(c.key))));
  const none = datedOnly ? [] : categories.filter((c) => !text(c.key)).map((c) => ({ ...c, name: empty }));
  if (!days.length) return none;
  const all: Category[] = [];
  const last = Math.max(...days);
  for (let day: Day = Math.min(...days); day <= last && all.length < BUCKETS_MAX; day = plus(bucket, day, 1)) {
    all.push({ key: isoOf(day), name: bucketName(bucket, day) });
  }
  return [...all, ...none];
}

/** Gathers all but the largest into one last entry, which wears the colour of the rest. */
function gathered(plotted: Plotted, most: number): Plotted {
  const total = (s: Series): number => s.values.reduce<number>((sum, v) => sum + Math.abs(v ?? 0), 0);
  const kept = new Set([...plotted.series].sort((a, b) => total(b) - total(a)).slice(0, most - 1));
  const small = plotted.series.filter((s) => !kept.has(s));
  if (small.length < 2) return plotted;
  const values = plotted.categories.map((_, i) => small.reduce<number | null>((sum, s) => (s.values[i] == null ? sum : (sum ?? 0) + s.values[i]!), null));
  return { ...plotted, series: [...plotted.series.filter((s) => kept.has(s)), { key: null, name: `${small.length} others`, values, rest: true }] };
}

const turned = (p: Plotted): Plotted => ({
  categories: p.series.map(({ key, name, rest }) => ({ key, name, rest })),
  series: p.categories.map((c, i) => ({ key: c.key, name: c.name, rest: c.rest, values: p.series.map((s) => s.values[i] ?? null) })),
});

export function plotted(aggregates: readonly Aggregate[], wanted: Wanted): Plotted {
  const empty = wanted.empty ?? "No value";
  const bucket = wanted.bucket;
  const place = (key: unknown): string => (bucket && text(key) ? isoOf(startOf(bucket, dayFrom(text(key)))) : text(key));
  let categories = collected(aggregates.map((a) => [a.key, a.name]), wanted.names, empty);
  if (bucket) categories = buckets(categories, bucket, empty, wanted.datedOnly ?? false);
  const split = wanted.split ?? false;
  const splits = split ? collected(aggregates.map((a) => [a.split, a.split_name]), wanted.splitNames, empty) : [{ key: undefined, name: wanted.measure }];
  const rows = new Map(categories.map((c, i) => [text(c.key), i]));
  const lines = new Map(splits.map((s, i) => [text(s.key), i]));
  const series: Series[] = splits.map((s) => ({ ...s, values: categories.map(() => null) }));
  for (const a of aggregates) {
    const [row, line] = [rows.get(place(a.key)), lines.get(split ? text(a.split) : "")];
    if (row === undefined || line === undefined) continue;
    const value = figure(a.value);
    const before = series[line]!.values[row] ?? null;
    series[line]!.values[row] = value === null ? before : wanted.additive ? (before ?? 0) + value : value;
  }
  // Nothing added up is nought: a line falls to the ground, it does not break off.
  if (wanted.additive && wanted.datedOnly) for (const one of series) one.values = one.values.map((value) => value ?? 0);
  let whole: Plotted = { categories, series };
  if (wanted.additive && series.length > SERIES_MAX) whole = gathered(whole, SERIES_MAX);
  const most = wanted.categoriesMax ?? CATEGORIES_MAX;
  if (wanted.additive && !bucket && categories.length > most) whole = turned(gathered(turned(whole), most));
  return whole;
}

/** One sentence that says what a chart shows, for those who do not see it. */
export function sentence(title: string, p: Plotted, say: (value: number) => string): string {
  const marks = p.series.flatMap((s) => s.values.map((value, i) => ({ value, name: p.series.length > 1 ? `${p.categories[i]!.name}, ${s.name}` : p.categories[i]!.name })));
  const filled = marks.filter((m): m is { value: number; name: string } => m.value !== null);
  if (!filled.length) return `${title}. No figures.`;
  const most = filled.reduce((a, b) => (b.value > a.value ? b : a));
  const least = filled.reduce((a, b) => (b.value < a.value ? b : a));
  if (filled.length === 1) return `${title}. ${most.name}: ${say(most.value)}.`;
  return `${title}. ${filled.length} figures, from ${say(least.value)} (${least.name}) to ${say(most.value)} (${most.name}).`;
}
