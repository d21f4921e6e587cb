/** Conditions in words: which comparisons a kind knows, what they are called, which value they take. */
import { dayText, listText, valueText } from "../../lib/format";
import type { Value } from "../../lib/shapes";
import type { Condition, Field, FieldKind, Filter, Op } from "../../lib/spec";

export type Takes = "nothing" | "text" | "number" | "day" | "span" | "option" | "options" | "person" | "people" | "truth";

const NEITHER: Op[] = ["empty", "not_empty"];
const TEXT: Op[] = ["contains", "not_contains", "is", "is_not", "starts_with", "ends_with", ...NEITHER];
const NUMBER: Op[] = ["is", "is_not", "gt", "gte", "lt", "lte", ...NEITHER];
const DAY: Op[] = ["within", "is", "gt", "lt", "gte", "lte", ...NEITHER];

const OPS: Partial<Record<FieldKind, Op[]>> = {
  number: NUMBER, money: NUMBER, percent: NUMBER, rating: NUMBER, duration: NUMBER, autonumber: NUMBER, rollup: NUMBER, formula: [...new Set([...NUMBER, ...TEXT])],
  date: DAY, datetime: DAY, created_at: DAY, updated_at: DAY,
  checkbox: ["is"],
  select: ["any_of", "none_of", ...NEITHER],
  multi_select: ["any_of", "all_of", "none_of", ...NEITHER],
  person: ["any_of", "none_of", ...NEITHER], created_by: ["any_of", "none_of"], updated_by: ["any_of", "none_of"],
  link: ["contains", "not_contains", "is", "is_not", ...NEITHER], lookup: ["contains", "not_contains", ...NEITHER],
  file: NEITHER, image: NEITHER,
};
export const opsOf = (field: Field): Op[] => OPS[field.kind] ?? TEXT;

const DAY_WORDS: Partial<Record<Op, string>> = { gt: "is after", lt: "is before", gte: "is on or after", lte: "is on or before", within: "is in" };
const NUMBER_WORDS: Partial<Record<Op, string>> = { is: "=", is_not: "≠", gt: ">", gte: "≥", lt: "<", lte: "≤" };
const WORDS: Record<Op, string> = {
  is: "is", is_not: "is not", contains: "contains", not_contains: "does not contain", starts_with: "starts with", ends_with: "ends with",
  empty: "is empty", not_empty: "is not empty", gt: "is more than", gte: "is at least", lt: "is less than", lte: "is at most",
  any_of: "is any of", none_of: "is none of", all_of: "has all of", within: "is in",
};
const isDay = (field: Field): boolean => DAY === OPS[field.kind];
export const opWords = (field: Field, op: Op): string => (isDay(field) ? DAY_WORDS[op] : OPS[field.kind] === NUMBER ? NUMBER_WORDS[op] : undefined) ?? WORDS[op];

export function takes(field: Field, op: Op): Takes {
  if (op === "empty" || op === "not_empty") return "nothing";
  if (op === "within") return "span";
  if (isDay(field)) return "day";
  if (field.kind === "checkbox") return "truth";
  if (field.kind === "select" || field.kind === "multi_select") return op === "any_of" || op === "none_of" || op === "all_of" ? "options" : "option";
  if (["person", "created_by", "updated_by"].includes(field.kind)) return op === "any_of" || op === "none_of" ? "people" : "person";
  if (OPS[field.kind] === NUMBER) return "number";
  return "text";
}

export const SPANS: [string, string][] = [
  ["today", "today"], ["yesterday", "yesterday"], ["tomorrow", "tomorrow"], ["this_week", "this week"], ["last_week", "last week"], ["next_week", "next week"],
  ["this_month", "this month"], ["last_month", "last month"], ["next_month", "next month"], ["this_quarter", "this quarter"], ["last_quarter", "last quarter"],
  ["next_quarter", "next quarter"], ["this_year", "this year"], ["last_year", "last year"], ["next_year", "next year"], ["past", "the past"], ["future", "the future"],
  ["last_7_days", "the last 7 days"], ["last_30_days", "the last 30 days"], ["last_90_days", "the last 90 days"],
  ["next_7_days", "the next 7 days"], ["next_30_days", "the next 30 days"], ["next_90_days", "the next 90 days"],
];

/** What a condition on this field begins with. */
export function freshCondition(field: Field): Condition {
  const op = opsOf(field)[0]!;
  return { field: field.id, op, value: field.kind === "checkbox" ? true : takes(field, op) === "span" ? "this_week" : null };
}

/** Says something already: has what its comparison needs. */
export function isWhole(one: Condition, field: Field | undefined): boolean {
  if (!field) return false;
  const value = one.value;
  return takes(field, one.op) === "nothing" || !(value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0));
}

/** Without what is still being written. */
export function wholeFilter(filter: Filter, fields: readonly Field[]): Filter {
  return {
    match: filter.match ?? "all",
    of: (filter.of ?? []).flatMap((one): (Condition | Filter)[] => {
      if ("field" in one) return isWhole(one, fields.find((f) => f.id === one.field)) ? [one] : [];
      const inner = wholeFilter(one, fields);
      return inner.of?.length ? [inner] : [];
    }),
  };
}

/** `Shoot is after 20 Nov`, `Lead is Ana or Ben`. */
export function conditionWords(one: Condition, field: Field, member: (id: string) => string): string {
  const value = one.value;
  if (field.kind === "checkbox") return `${field.name} is ${value === true ? "ticked" : "not ticked"}`;
  const how = takes(field, one.op);
  if (how === "nothing") return `${field.name} ${opWords(field, one.op)}`;
  const many = [value].flat().map((v) => String(v));
  const name = (v: string): string => {
    if (v === "me") return "me";
    if (how === "people" || how === "person") return member(v).split(" ")[0]!;
    if (how === "options" || how === "option") return (field.kind === "select" || field.kind === "multi_select" ? field.options?.find((o) => o.id === v)?.name : undefined) ?? v;
    if (how === "span") return SPANS.find(([id]) => id === v)?.[1] ?? v.replaceAll("_", " ");
    if (how === "day") return /^\d{4}/.test(v) ? dayText(v) : v;
    if (how === "number") return valueText(field, (field.kind === "money" ? v : Number(v)) as Value);
    return v;
  };
  const words = many.map(name);
  const op = many.length === 1 && one.op === "any_of" ? "is" : many.length === 1 && one.op === "none_of" ? "is not" : one.op === "any_of" ? "is" : opWords(field, one.op);
  return `${field.name} ${op} ${one.op === "all_of" ? listText(words) : new Intl.ListFormat("en", { type: "disjunction" }).format(words)}`;
}
