/** Does a row meet a filter? The same question the server answers in SQL, asked of one row that is here: for colour rules. */
import { dayISO, isEmpty } from "../format";
import type { Row, Value } from "../shapes";
import type { Condition, Field, Filter } from "../spec";
import { dayPlus } from "./parse";

export interface Now {
  me?: string;
  today: Date;
}

export function matches(row: Row, filter: Filter, fields: readonly Field[], now: Now): boolean {
  const of = filter.of ?? [];
  if (of.length === 0) return true;
  const one = (c: Condition | Filter): boolean => ("field" in c ? meets(row, c, fields.find((f) => f.id === c.field), now) : matches(row, c, fields, now));
  return filter.match === "any" ? of.some(one) : of.every(one);
}

const fold = (v: unknown): string => String(v ?? "").toLowerCase();
const idsOf = (value: Value): string[] =>
  (Array.isArray(value) ? value : value === null ? [] : [value]).map((one) => (one !== null && typeof one === "object" && "id" in one ? String(one.id) : String(one)));

function meets(row: Row, { op, value: wanted }: Condition, field: Field | undefined, now: Now): boolean {
  if (!field) return true;
  const value = row.values[field.id] ?? null;
  if (op === "empty") return field.kind === "checkbox" ? value !== true : isEmpty(value);
  if (op === "not_empty") return field.kind === "checkbox" ? value === true : !isEmpty(value);
  if (wanted === null || wanted === undefined || wanted === "") return true;
  const dated = ["date", "datetime", "created_at", "updated_at"].includes(field.kind);
  if (dated) return datedMeets(value, op, wanted, now);
  if (Array.isArray(value) || ["select", "person", "created_by", "updated_by", "link"].includes(field.kind)) return among(idsOf(value), op, wanted, now, row, field);
  if (field.kind === "checkbox") return (op === "is_not") !== (value === (wanted === true || wanted === "true"));
  if (["number", "money", "percent", "rating", "duration", "autonumber"].includes(field.kind) || typeof value === "number") return ordered(value === null ? null : Number(value), op, Number(wanted), wanted);
  return worded(fold(value), op, wanted);
}

function worded(text: string, op: Condition["op"], wanted: unknown): boolean {
  const to = fold(wanted);
  switch (op) {
    case "is": return text === to;
    case "is_not": return text !== to;
    case "contains": return text.includes(to);
    case "not_contains": return !text.includes(to);
    case "starts_with": return text.startsWith(to);
    case "ends_with": return text.endsWith(to);
    case "any_of": return [wanted].flat().some((w) => fold(w) === text);
    case "none_of": return ![wanted].flat().some((w) => fold(w) === text);
    case "gt": return text > to;
    case "gte": return text >= to;
    case "lt": return text !== "" && text < to;
    case "lte": return text !== "" && text <= to;
    default: return false;
  }
}

function ordered(value: number | null, op: Condition["op"], to: number, raw: unknown): boolean {
  if (op === "is_not") return value !== to;
  if (op === "any_of" || op === "none_of") return (op === "any_of") === [raw].flat().map(Number).includes(value ?? NaN);
  if (value === null) return false;
  return { is: value === to, gt: value > to, gte: value >= to, lt: value < to, lte: value <= to }[op as "is"] ?? worded(String(value), op, raw);
}

function among(ids: string[], op: Condition["op"], wanted: unknown, now: Now, row: Row, field: Field): boolean {
  const want = [wanted].flat().map((w) => (w === "me" ? (now.me ?? "me") : w !== null && typeof w === "object" && "id" in w ? String(w.id) : String(w)));
  const has = (id: string): boolean => ids.includes(id);
  switch (op) {
    case "is": return ids.length === want.length && want.every(has);
    case "is_not": return !(ids.length === want.length && want.every(has));
    case "any_of": return want.some(has);
    case "none_of": return !want.some(has);
    case "all_of": return want.every(has);
    case "contains": case "not_contains": case "starts_with": case "ends_with": {
      const value = row.values[field.id];
      const names = Array.isArray(value) ? value.map((v) => (v !== null && typeof v === "object" && "name" in v ? String(v.name) : String(v))).join(", ") : String(value ?? "");
      return worded(names.toLowerCase(), op, wanted);
    }
    default: return false;
  }
}

function datedMeets(value: Value, op: Condition["op"], wanted: unknown, now: Now): boolean {
  if (value === null) return op === "is_not";
  const text = String(value), day = text.length > 10 ? dayISO(new Date(text)) : text;
  const today = dayISO(now.today);
  if (op === "within") {
    const [from, to] = spanOf(String(wanted), today);
    return (from === null || day >= from) && (to === null || day <= to);
  }
  const named: Record<string, string> = { today, tomorrow: dayPlus(today, 1), yesterday: dayPlus(today, -1) };
  const raw = String(wanted), to = named[raw] ?? (raw.length > 10 ? dayISO(new Date(raw)) : raw);
  return { is: day === to, is_not: day !== to, gt: day > to, gte: day >= to, lt: day < to, lte: day <= to }[op as "is"] ?? false;
}

/** First and last day of a span; null where it is open. Weeks start on Monday. */
export function spanOf(span: string, today: string): [string | null, string | null] {
  const [y, m, d] = today.split("-").map(Number) as [number, number, number];
  const day = (year: number, month: number, date: number): string => new Date(Date.UTC(year, month, date)).toISOString().slice(0, 10);
  const n = /^(last|next)_(\d+)_days$/.exec(span);
  if (n) return n[1] === "last" ? [dayPlus(today, -Number(n[2]) + 1), today] : [today, dayPlus(today, Number(n[2]) - 1)];
  const [which, unit] = span.split("_"), by = which === "last" ? -1 : which === "next" ? 1 : 0;
  switch (unit) {
    case "week": {
      const monday = d - ((new Date(Date.UTC(y, m - 1, d)).getUTCDay() + 6) % 7) + by * 7;
      return [day(y, m - 1, monday), day(y, m - 1, monday + 6)];
    }
    case "month": return [day(y, m - 1 + by, 1), day(y, m + by, 0)];
    case "quarter": {
      const first = Math.floor((m - 1) / 3) * 3 + by * 3;
      return [day(y, first, 1), day(y, first + 3, 0)];
    }
    case "year": return [day(y + by, 0, 1), day(y + by, 11, 31)];
  }
  switch (span) {
    case "today": return [today, today];
    case "yesterday": return [dayPlus(today, -1), dayPlus(today, -1)];
    case "tomorrow": return [dayPlus(today, 1), dayPlus(today, 1)];
    case "past": return [null, dayPlus(today, -1)];
    case "future": return [dayPlus(today, 1), null];
    default: return [null, null];
  }
}
