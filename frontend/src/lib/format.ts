/** Every kind's value as text, in the reader's own language. The markup is `parts/cells/Value.svelte`'s. */
import type { Field } from "./spec";
import type { Linked, Stored, Value } from "./shapes";

type Locale = string | undefined;

/** What the browser says; a test may set it. */
export const locale = { current: undefined as Locale, zone: undefined as string | undefined };

const numbers = new Map<string, Intl.NumberFormat>();

export function numberText(value: number, options: Intl.NumberFormatOptions = {}): string {
  const key = `${locale.current}|${JSON.stringify(options)}`;
  let format = numbers.get(key);
  if (!format) numbers.set(key, (format = new Intl.NumberFormat(locale.current, options)));
  return format.format(value);
}

/** An amount with its currency; cents only where there are any, so that columns of whole amounts stay quiet. */
export function moneyText(value: string | number, currency = "EUR", exact = false): string {
  const whole = !exact && Number(value) % 1 === 0;
  const options: Intl.NumberFormatOptions = { style: "currency", currency, currencyDisplay: "narrowSymbol" };
  try {
    // A string keeps every digit: amounts may be larger than a double holds.
    return numberText(value as unknown as number, whole ? { ...options, minimumFractionDigits: 0, maximumFractionDigits: 0 } : options);
  } catch {
    return `${value} ${currency}`;
  }
}

export function percentText(value: number, decimals = 0): string {
  return numberText(value, { style: "percent", minimumFractionDigits: decimals, maximumFractionDigits: Math.max(decimals, 0) });
}

const DAY = /^(\d{4})-(\d{2})-(\d{2})/;

/** A day is the same day everywhere: read without a time zone. */
export function dayFrom(text: string): Date | null {
  const found = DAY.exec(text);
  if (!found) return null;
  const day = new Date(0, Number(found[2]) - 1, Number(found[3]));
  day.setFullYear(Number(found[1]));
  return day;
}

export function dayISO(day: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${String(day.getFullYear()).padStart(4, "0")}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

const dates = new Map<string, Intl.DateTimeFormat>();

export function dateFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale.current}|${JSON.stringify(options)}`;
  let format = dates.get(key);
  if (!format) dates.set(key, (format = new Intl.DateTimeFormat(locale.current, options)));
  return format;
}

/** `27 Nov`, with the year when it is another one. */
export function dayText(text: string, now = new Date()): string {
  const day = dayFrom(text);
  if (!day) return text;
  const year = day.getFullYear() === now.getFullYear() ? undefined : "numeric";
  return dateFormat({ day: "numeric", month: "short", year }).format(day);
}

export function momentText(text: string, now = new Date()): string {
  const moment = new Date(text);
  if (Number.isNaN(moment.getTime())) return text;
  const year = moment.getFullYear() === now.getFullYear() ? undefined : "numeric";
  return dateFormat({ day: "numeric", month: "short", year, hour: "2-digit", minute: "2-digit", timeZone: locale.zone }).format(moment);
}

export function wholeDateText(text: string): string {
  const day = text.length > 10 ? new Date(text) : dayFrom(text);
  if (!day || Number.isNaN(day.getTime())) return text;
  return dateFormat({ dateStyle: "full", ...(text.length > 10 ? { timeStyle: "short" as const, timeZone: locale.zone } : {}) }).format(day);
}

/** `12 min ago`, `yesterday`, `14 Nov`: for lists of what happened. */
export function agoText(text: string, now = new Date()): string {
  const moment = new Date(text);
  const seconds = (now.getTime() - moment.getTime()) / 1000;
  const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });
  if (Number.isNaN(seconds)) return text;
  if (seconds < 45) return "just now";
  if (seconds < 3_600) return relative.format(-Math.round(seconds / 60), "minute");
  if (seconds < 86_400 && moment.getDate() === now.getDate()) return relative.format(-Math.round(seconds / 3_600), "hour");
  const days = Math.round((new Date(now).setHours(0, 0, 0, 0) - new Date(moment).setHours(0, 0, 0, 0)) / 86_400_000);
  if (days < 7) return relative.format(-days, "day");
  return dayText(dayISO(moment), now);
}

/** Seconds as `1:30` (hours and minutes), with seconds only where there are any. */
export function durationText(seconds: number): string {
  const all = Math.abs(Math.trunc(seconds));
  const two = (n: number) => String(n).padStart(2, "0");
  const tail = all % 60 ? `:${two(all % 60)}` : "";
  return `${seconds < 0 ? "−" : ""}${Math.floor(all / 3_600)}:${two(Math.floor((all % 3_600) / 60))}${tail}`;
}

const BYTES = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

export function bytesText(bytes: number): string {
  const step = Math.min(BYTES.length - 1, bytes < 1_000 ? 0 : Math.floor(Math.log10(bytes) / 3));
  return numberText(bytes / 1_000 ** step, { style: "unit", unit: BYTES[step], maximumFractionDigits: step > 1 ? 1 : 0 });
}

/** `1 row`, `386 rows`, `2 entries`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${numberText(n)} ${n === 1 ? one : many}`;
}

/** `Ana, Ben and Cleo`. */
export function listText(words: string[]): string {
  return new Intl.ListFormat("en", { type: "conjunction" }).format(words);
}

export function isEmpty(value: Value | undefined): boolean {
  return value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
}

/** The error that a computed value carries in place of a result. */
export function errorOf(value: Value | undefined): string | null {
  return value !== null && typeof value === "object" && !Array.isArray(value) && "error" in value ? String(value.error) : null;
}

export interface Names {
  /** A member's name by id. */
  member?: (id: string) => string;
}

/** A value as one line of text: for cells that are copied, tips, announcements, exports of a selection. */
export function valueText(field: Field, value: Value | undefined, names: Names = {}): string {
  if (value === null || value === undefined) return "";
  const error = errorOf(value);
  if (error) return `#${error}`;
  switch (field.kind) {
    case "number":
      return [numberText(Number(value), decimals(field.decimals)), field.unit].filter(Boolean).join(" ");
    case "money":
      return moneyText(String(value), field.currency, true);
    case "percent":
      return percentText(Number(value), field.decimals);
    case "date":
      return dayText(String(value));
    case "datetime":
    case "created_at":
    case "updated_at":
      return momentText(String(value));
    case "duration":
      return durationText(Number(value));
    case "checkbox":
      return value ? "Yes" : "No";
    case "select":
      return field.options?.find((option) => option.id === value)?.name ?? String(value);
    case "multi_select":
      return (value as string[]).map((id) => field.options?.find((option) => option.id === id)?.name ?? id).join(", ");
    case "person":
    case "created_by":
    case "updated_by":
      return [value].flat().map((id) => names.member?.(String(id)) ?? String(id)).join(", ");
    case "link":
      return (value as Linked[]).map((row) => row.name || `Row ${row.id}`).join(", ");
    case "file":
    case "image":
      return (value as Stored[]).map((file) => file.name).join(", ");
    case "autonumber":
      return `${field.prefix ?? ""}${value}`;
    case "rating":
      return String(value);
    case "formula":
      return resultText(value, field.shown_as, field.currency, field.decimals);
    case "rollup":
    case "lookup":
      return resultText(value);
    default:
      return String(value);
  }
}

const decimals = (n: number | null | undefined): Intl.NumberFormatOptions =>
  n === null || n === undefined ? { maximumFractionDigits: 10 } : { minimumFractionDigits: n, maximumFractionDigits: n };

/** A computed result, shown as asked or as its JSON type suggests. */
export function resultText(value: Value, as?: string | null, currency?: string | null, digits?: number | null): string {
  if (Array.isArray(value)) return value.map((one) => resultText(one as Value, as, currency, digits)).join(", ");
  if (value === null) return "";
  if (typeof value === "boolean") return value ? "Yes" : "No";
  if (typeof value === "object") return "name" in value ? String(value.name) : errorOf(value) ?? JSON.stringify(value);
  if (as === "money") return moneyText(value, currency ?? "EUR");
  if (as === "percent") return percentText(Number(value), digits ?? 0);
  if (as === "duration") return durationText(Number(value));
  if (as === "number" || typeof value === "number") return numberText(Number(value), decimals(digits ?? null));
  if (as === "text") return value;
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return dayText(value);
  if (/^\d{4}-\d{2}-\d{2}T/.test(value)) return momentText(value);
  return value;
}
