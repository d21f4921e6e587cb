/** Values as a spreadsheet takes them, and as an editor begins: plain digits, ISO days, TRUE and FALSE. `read` gives them back. */
import { durationText, errorOf, valueText, type Names } from "../format";
import type { Value } from "../shapes";
import type { Field } from "../spec";

const two = (n: number): string => String(n).padStart(2, "0");

/** A moment on the reader's own clock: `2026-11-27 07:30`. */
export function clockText(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

export function written(field: Field, value: Value | undefined, names: Names = {}): string {
  if (value === null || value === undefined) return "";
  if (errorOf(value)) return "";
  switch (field.kind) {
    case "percent": return `${Number((Number(value) * 100).toPrecision(12))}%`;
    case "checkbox": return value ? "TRUE" : "FALSE";
    case "duration": return durationText(Number(value)).replace("−", "-");
    case "datetime": case "created_at": case "updated_at": return clockText(String(value));
    case "text": case "long_text": case "email": case "phone": case "url": case "ai":
    case "number": case "money": case "rating": case "date": return String(value);
    case "formula": case "rollup": return typeof value === "number" || typeof value === "string" ? String(value) : valueText(field, value, names);
    default: return valueText(field, value, names);
  }
}
