/** The columns of a board: one for each choice, person, linked row or answer, and one for rows without. */

import type { Condition, Field, Hue } from "../../lib/spec";

/** One group as the API counts it. `key` is null for rows without a value. */
export interface Group {
  key: unknown;
  name: string | null;
  count: number;
  summaries?: Record<string, unknown>;
}

export interface Column {
  /** Unlike any other column's; `""` is the column of rows without a value. */
  key: string;
  name: string;
  hue: Hue | null;
  /** What a row's field is set to when it is dropped here. */
  value: unknown;
  count: number;
  summaries: Record<string, unknown>;
  /** How many cards the column should hold. */
  limit: number | null;
}

export const NO_VALUE = "";

/** A group's key as text: an option id, a member id, a row id, `true` or `false`. */
export function keyOf(key: unknown): string {
  if (key === null || key === undefined) return NO_VALUE;
  if (Array.isArray(key)) return key.length ? keyOf(key[0]) : NO_VALUE;
  if (typeof key === "object" && "id" in key) return String(key.id);
  return String(key);
}

function start(key: string, name: string, value: unknown, hue: Hue | null = null): Column {
  return { key, name, hue, value, count: 0, summaries: {}, limit: null };
}

/** The columns that stand whether or not a row is in them. */
function standing(field: Field, members: readonly { id: string; name: string }[]): Column[] {
  switch (field.kind) {
    case "select":
      return (field.options ?? []).map((o) => start(o.id, o.name, o.id, o.hue ?? "gray"));
    case "checkbox":
      return [start("false", `Not ${field.name.toLowerCase()}`, false), start("true", field.name, true)];
    case "person":
      return members.map((m) => start(m.id, m.name, [m.id]));
    default:
      return [];
  }
}

/** Choices in their own order, people and linked rows by name; rows without a value come first where there are any. */
export function columns(
  field: Field, groups: readonly Group[], members: readonly { id: string; name: string }[] = [], limits: Record<string, number> = {},
): Column[] {
  const found = new Map(standing(field, members).map((c) => [c.key, c]));
  for (const group of groups) {
    const key = keyOf(group.key);
    if (!found.has(key)) {
      const value = field.kind === "link" ? [Number(key)] : field.kind === "person" ? [key] : key;
      found.set(key, key === NO_VALUE ? start(key, `No ${field.name.toLowerCase()}`, field.kind === "select" ? null : []) : start(key, group.name ?? key, value));
    }
    const column = found.get(key)!;
    column.count += group.count;
    column.summaries = group.summaries ?? {};
  }
  if (field.kind !== "checkbox" && !found.has(NO_VALUE)) {
    found.set(NO_VALUE, start(NO_VALUE, `No ${field.name.toLowerCase()}`, field.kind === "select" ? null : []));
  }
  const all = [...found.values()].map((c) => ({ ...c, limit: limits[c.key] ?? null }));
  if (field.kind === "link") all.sort((a, b) => a.name.localeCompare(b.name));
  return [...all.filter((c) => c.key === NO_VALUE && (c.count > 0 || !field.required)), ...all.filter((c) => c.key !== NO_VALUE)];
}

/** The condition that only this column's rows meet. */
export function conditionOf(field: Field, column: Column): Condition {
  if (column.key === NO_VALUE) return { field: field.id, op: "empty" };
  switch (field.kind) {
    case "checkbox": return { field: field.id, op: "is", value: column.key === "true" };
    case "link": return { field: field.id, op: "any_of", value: [Number(column.key)] };
    case "person": return { field: field.id, op: "any_of", value: [column.key] };
    default: return { field: field.id, op: "is", value: column.key };
  }
}

export type Fullness = "fits" | "full" | "over";

export const fullness = (column: Column): Fullness =>
  column.limit === null || column.count < column.limit ? "fits" : column.count === column.limit ? "full" : "over";
