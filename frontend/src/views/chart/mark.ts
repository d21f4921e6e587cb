/** The rows behind a mark: a mark's keys as conditions. */
import type { Condition, Field, Filter } from "../../lib/spec";
import { type Span, dayFrom, isoOf, plus, startOf } from "../days";
import type { Category, Plotted } from "./series";

const LISTS = new Set(["multi_select", "person", "link", "created_by", "updated_by"]);

function idOf(key: unknown): unknown {
  if (Array.isArray(key)) return idOf(key[0]);
  return key !== null && typeof key === "object" && "id" in key ? key.id : key;
}

/** What only rows with this key meet. */
export function keyed(field: Field, key: unknown, bucket: Span | null | undefined): (Condition | Filter)[] {
  const id = idOf(key);
  if (id === null || id === undefined || id === "") return [{ field: field.id, op: "empty" }];
  if (bucket) {
    const from = startOf(bucket, dayFrom(String(id)));
    return [{ field: field.id, op: "gte", value: isoOf(from) }, { field: field.id, op: "lt", value: isoOf(plus(bucket, from, 1)) }];
  }
  return [LISTS.has(field.kind) ? { field: field.id, op: "any_of", value: [id] } : { field: field.id, op: "is", value: id }];
}

/** What only rows with none of these keys meet. */
function others(field: Field, known: readonly Category[]): Condition[] {
  return known.map((one): Condition => {
    const id = idOf(one.key);
    if (id === null || id === undefined || id === "") return { field: field.id, op: "not_empty" };
    return LISTS.has(field.kind) ? { field: field.id, op: "none_of", value: [id] } : { field: field.id, op: "is_not", value: id };
  });
}

export interface Mark {
  category: number;
  series: number;
}

export function nameOf(p: Plotted, { category, series }: Mark): string {
  const name = p.categories[category]?.name ?? "";
  return p.series.length > 1 ? `${name}, ${p.series[series]?.name ?? ""}` : name;
}

export function behind(p: Plotted, { category, series }: Mark, by: Field | undefined, split: Field | undefined, bucket: Span | null | undefined): (Condition | Filter)[] {
  const conditions: (Condition | Filter)[] = [];
  const across = p.categories[category], line = p.series[series];
  if (by && across) conditions.push(...(across.rest ? others(by, p.categories.filter((one) => !one.rest)) : keyed(by, across.key, bucket)));
  if (split && line) conditions.push(...(line.rest ? others(split, p.series.filter((one) => !one.rest)) : keyed(split, line.key, null)));
  return conditions;
}
