/** What a person typed or pasted, read by the kind of its field: the mirror of `spec/fields/*.parse`, so that an edit shows at once.
 *  The server reads it again and has the last word. */
import { dayISO } from "../format";
import type { Member, Value } from "../shapes";
import { isWritable, type Field as AnyField } from "../spec";

/** Any field, with what only some kinds have. */
type Field = AnyField & Partial<{ options: { id: string; name: string }[]; many: boolean; order: string; unit: string; currency: string; minimum: number | null; maximum: number | null; formula: string }>;

export type Read =
  | { value: Value }
  | { problem: string }
  /** Choices that the field does not have yet; `value` is what it would be without them. */
  | { unknown: string[]; value: Value };

export interface Around { members: readonly Pick<Member, "id" | "name" | "email">[]; today: Date }

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const YES = new Set(["1", "true", "yes", "y", "x", "on", "checked", "✓", "✔", "done", "ja", "oui", "si", "sí"]);
const NO = new Set(["0", "false", "no", "n", "off", "unchecked", "-", "nein", "non"]);
const NO_DIGITS = new Set(["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"]);
const THREE_DIGITS = new Set(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]);
/** How many digits follow the point in a currency (ISO 4217). */
export const digitsOf = (currency = "EUR"): number => (NO_DIGITS.has(currency) ? 0 : THREE_DIGITS.has(currency) ? 3 : 2);

/** The empty value of a kind, as the API sends it. */
export function emptyOf(field: AnyField): Value {
  if (field.kind === "checkbox") return false;
  return ["multi_select", "person", "link", "file", "image", "lookup"].includes(field.kind) ? [] : null;
}

/** Plain digits with a point: `1,234.50`, `1 234,50`, `€ 12` or `(12)`; null when there is no number. Text, so that no digit is lost. */
export function decimalFrom(raw: string): string | null {
  let text = raw.replace(/[\s'’_\u00a0]/g, "").replace(/\u2212/g, "-");
  const negative = text.startsWith("(") && text.endsWith(")");
  text = text.replace(/^\(|\)$/g, "");
  if (!/[eE][+-]?\d+$/.test(text)) text = text.replace(/^([+-]?)[^\d.,+-]+/, "$1").replace(/[^\d.,]+$/, "");
  const comma = text.lastIndexOf(","), dot = text.lastIndexOf(".");
  if (comma >= 0 && dot >= 0) text = dot > comma ? text.replaceAll(",", "") : text.replaceAll(".", "").replace(",", ".");
  else if (comma >= 0) text = /^[+-]?\d{1,3}(,\d{3})+$/.test(text) ? text.replaceAll(",", "") : text.replace(",", ".");
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return null;
  if (/[eE]/.test(text)) text = String(Number(text));
  text = text.replace(/^\+/, "").replace(/^(-?)\./, "$10.").replace(/\.$/, "");
  if (negative) text = text.startsWith("-") ? text.slice(1) : `-${text}`;
  return text;
}

/** Moves the point, rounding half away from zero as the server does not: only used for what is shown until the answer comes. */
function withDigits(decimal: string, digits: number): string {
  const [whole = "0", part = ""] = decimal.split(".");
  if (part.length <= digits) return digits === 0 ? whole : `${whole}.${part.padEnd(digits, "0")}`;
  return Number(decimal).toFixed(digits);
}

const pad = (n: number): string => String(n).padStart(2, "0");
function day(year: number, month: number, date: number): string | null {
  const d = new Date(Date.UTC(year, month - 1, date));
  return d.getUTCFullYear() === year && d.getUTCMonth() === month - 1 && d.getUTCDate() === date ? `${year}-${pad(month)}-${pad(date)}` : null;
}

export function dayPlus(iso: string, days: number): string {
  const d = new Date(`${iso}T00:00:00Z`);
  d.setUTCDate(d.getUTCDate() + days);
  return d.toISOString().slice(0, 10);
}

/** The day in `2026-11-27`, `27.11.2026`, `11/27/26`, `27 Nov`, `Nov 27, 2026`, `today`, `next friday`; null when there is none. */
export function dayFrom(raw: string, order: string, today: Date): string | null {
  const text = raw.trim().toLowerCase();
  const now = dayISO(today);
  if (text === "today" || text === "now") return now;
  if (text === "tomorrow") return dayPlus(now, 1);
  if (text === "yesterday") return dayPlus(now, -1);
  let m = /^([+-]\d{1,4})\s*d?$/.exec(text);
  if (m) return dayPlus(now, Number(m[1]));
  m = /^(?:next |on )?(mon|tue|wed|thu|fri|sat|sun)[a-z]*$/.exec(text);
  if (m) {
    const want = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"].indexOf(m[1]!);
    return dayPlus(now, ((want - today.getDay() + 6) % 7) + 1);
  }
  if ((m = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)/.exec(text))) return day(+m[1]!, +m[2]!, +m[3]!);
  if (/^\d{8}$/.test(text)) return day(+text.slice(0, 4), +text.slice(4, 6), +text.slice(6));
  if ((m = /^(\d{1,2})[-/.](\d{1,2})(?:[-/.](\d{4}|\d{2}))?\.?(?!\d)/.exec(text))) {
    const a = +m[1]!, b = +m[2]!;
    let year = m[3] ? +m[3] : today.getFullYear();
    if (m[3] && year < 100) year += year < 70 ? 2000 : 1900;
    const [month, date] = order === "mdy" ? [a, b] : [b, a];
    return month <= 12 ? day(year, month, date) : day(year, date, month);
  }
  m = /^(?:[a-z]{3,9},?\s+)?(\d{1,2})(?:st|nd|rd|th)?[\s\-.]+([a-z]{3})[a-z]*\.?,?(?:[\s-]+(\d{4}))?/.exec(text);
  if (m && MONTHS.includes(m[2]!)) return day(m[3] ? +m[3] : today.getFullYear(), MONTHS.indexOf(m[2]!) + 1, +m[1]!);
  m = /^([a-z]{3})[a-z]*\.?\s+(\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(\d{4}))?/.exec(text);
  if (m && MONTHS.includes(m[1]!)) return day(m[3] ? +m[3] : today.getFullYear(), MONTHS.indexOf(m[1]!) + 1, +m[2]!);
  return null;
}

/** A reading of the reader's own clock as a moment in UTC, `2026-11-27T07:30:00Z`. */
export function momentAt(iso: string, hour: number, minute: number, second = 0): string {
  const [y, m, d] = iso.split("-").map(Number) as [number, number, number];
  return new Date(y, m - 1, d, hour, minute, second).toISOString().replace(".000Z", "Z");
}

export function momentFrom(raw: string, order: string, today: Date): string | null {
  const text = raw.trim();
  if (/^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:?\d{2})$/i.test(text)) {
    const at = new Date(text);
    return Number.isNaN(at.getTime()) ? null : at.toISOString().replace(".000Z", "Z");
  }
  if (/^now$/i.test(text)) return today.toISOString().replace(/\.\d+Z/, "Z");
  const clock = /(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([ap])?\.?m?\.?\s*$/i.exec(text) ?? /\b(\d{1,2})()()\s*([ap])\.?m\.?\s*$/i.exec(text);
  const date = clock ? text.slice(0, clock.index).replace(/[\sT,]+$/i, "") : text;
  const on = date === "" && clock ? dayISO(today) : dayFrom(date, order, today);
  if (!on) return null;
  if (!clock) return momentAt(on, 0, 0);
  let hour = Number(clock[1]);
  if (clock[4]) hour = (hour % 12) + (clock[4].toLowerCase() === "p" ? 12 : 0);
  const minute = Number(clock[2] || 0), second = Number(clock[3] || 0);
  return hour > 23 || minute > 59 || second > 59 ? null : momentAt(on, hour, minute, second);
}

/** Whole seconds in `1:30`, `1h 30m`, `90 min`, or a bare number in the field's unit. */
export function secondsFrom(raw: string, unit: string): number | null {
  const text = raw.trim().toLowerCase();
  const clock = /^(-?)(\d{1,6}):(\d{2})(?::(\d{2}))?$/.exec(text);
  if (clock) return (clock[1] ? -1 : 1) * (+clock[2]! * 3600 + +clock[3]! * 60 + +(clock[4] ?? 0));
  const scale: Record<string, number> = { d: 86400, h: 3600, m: 60, s: 1 };
  if (/^((\d+(?:[.,]\d+)?)\s*(d|h|m|s)[a-z]*\.?[\s,]*(and\s*)?)+$/.test(text)) {
    let sum = 0;
    for (const p of text.matchAll(/(\d+(?:[.,]\d+)?)\s*(d|h|m|s)[a-z]*/g)) sum += Number(p[1]!.replace(",", ".")) * scale[p[2]!]!;
    return Math.round(sum);
  }
  const number = decimalFrom(text);
  return number === null ? null : Math.round(Number(number) * scale[unit[0] ?? "m"]!);
}

const fold = (s: string): string => s.trim().replace(/\s+/g, " ").toLowerCase();
const split = (s: string): string[] => s.split(/[,;\n]/).map((p) => p.trim()).filter(Boolean);

function choices(field: Field, names: string[]): { ids: string[]; unknown: string[] } {
  const ids: string[] = [], unknown: string[] = [];
  for (const name of names) {
    const found = (field.options ?? []).find((o) => o.id === name) ?? (field.options ?? []).find((o) => fold(o.name) === fold(name));
    if (found) { if (!ids.includes(found.id)) ids.push(found.id); } else if (!unknown.some((u) => fold(u) === fold(name))) unknown.push(name.replace(/\s+/g, " "));
  }
  return { ids, unknown };
}

function people(field: Field, names: string[], members: readonly Pick<Member, "id" | "name" | "email">[]): Read {
  const ids: string[] = [];
  for (const name of names) {
    const wanted = fold(name);
    const found = members.find((m) => m.id === name || fold(m.name) === wanted || fold(m.email ?? "") === wanted)
      ?? members.find((m) => fold(m.name).split(" ")[0] === wanted);
    if (!found) return { problem: `Nobody here is called ${name}` };
    ids.push(found.id);
  }
  if (ids.length > 1 && !field.many) return { problem: `${field.name} takes one person` };
  return { value: [...new Set(ids)] };
}

/** Reads text into the value of a field. Links cannot be read without asking the server: their editor and paste do that. */
export function read(given: AnyField, raw: string, around: Around): Read {
  const field = given as Field, text = raw.replaceAll("\0", "");
  if (!isWritable(field)) return { problem: whyNot(field) };
  if (text.trim() === "") return { value: emptyOf(field) };
  switch (field.kind) {
    case "text": return { value: text.trim().replace(/\s*[\r\n]+\s*/g, " ") };
    case "long_text": case "ai": return { value: text };
    case "number": case "rating": case "percent": case "money": return figure(field, text);
    case "duration": {
      const seconds = secondsFrom(text, field.unit ?? "minutes");
      return seconds === null ? { problem: `${field.name} is a length of time, such as 1:30 or 90 min` } : { value: seconds };
    }
    case "date": {
      const d = dayFrom(text, field.order ?? "dmy", around.today);
      return d ? { value: d } : { problem: `${field.name} is a day, such as 2026-11-27` };
    }
    case "datetime": {
      const at = momentFrom(text, field.order ?? "dmy", around.today);
      return at ? { value: at } : { problem: `${field.name} is a moment, such as 2026-11-27 07:30` };
    }
    case "checkbox": {
      const word = fold(text);
      return YES.has(word) ? { value: true } : NO.has(word) ? { value: false } : { problem: `${field.name} is yes or no` };
    }
    case "select": {
      const { ids, unknown } = choices(field, [text.trim()]);
      return unknown.length ? { unknown, value: null } : { value: ids[0] ?? null };
    }
    case "multi_select": {
      const { ids, unknown } = choices(field, split(text));
      return unknown.length ? { unknown, value: ids } : { value: ids };
    }
    case "email": {
      const address = text.trim().replace(/^mailto:/i, "");
      return /^[^@\s,;<>"]+@[^@\s,;<>".]+(\.[^@\s,;<>".]+)+$/.test(address) ? { value: address } : { problem: `${field.name} is an e-mail address, such as ana@northlight.example` };
    }
    case "phone": {
      const number = text.trim().replace(/^tel:/i, "").replace(/\s+/g, " ");
      return number.replace(/\D/g, "").length >= 3 && /^[\d+()/.\-\s#*xetEXT,]+$/.test(number) ? { value: number } : { problem: `${field.name} is a phone number, such as +49 30 1234567` };
    }
    case "url": {
      let address = text.trim();
      if (!address.includes("://") && /^(www\.|[a-z0-9-]+(\.[a-z0-9-]+)+(\/|$))/i.test(address)) address = `https://${address}`;
      return /^((https?|ftp):\/\/|mailto:|tel:)[^\s<>"]+$/i.test(address) ? { value: address } : { problem: `${field.name} is a web address, such as https://northlight.example` };
    }
    case "person": return people(field, split(text), around.members);
    default: return { problem: `${field.name} cannot be typed` };
  }
}

function figure(field: Field, text: string): Read {
  const decimal = decimalFrom(field.kind === "percent" ? text.replace("%", "") : text);
  if (field.kind === "rating") {
    const most = field.maximum ?? 5, stars = decimal === null && /^★+☆*$/.test(text.trim()) ? (text.match(/★/g) ?? []).length : Number(decimal ?? -1);
    return Number.isInteger(stars) && stars >= 0 && stars <= most ? { value: stars } : { problem: `${field.name} is a whole number from 0 to ${most}` };
  }
  if (decimal === null) return { problem: field.kind === "money" ? `${field.name} is an amount, such as 12.50` : field.kind === "percent" ? `${field.name} is a share, such as 25%` : `${field.name} is a number, such as 12.5` };
  if (field.kind === "money") return { value: withDigits(decimal, digitsOf(field.currency)) };
  if (field.kind === "percent") return { value: text.includes("%") || Math.abs(Number(decimal)) > 1 ? Number((Number(decimal) / 100).toPrecision(15)) : Number(decimal) };
  const number = Number(decimal);
  if (field.minimum != null && number < field.minimum) return { problem: `${field.name} is at least ${field.minimum}` };
  if (field.maximum != null && number > field.maximum) return { problem: `${field.name} is at most ${field.maximum}` };
  return { value: number };
}

/** Why a cell cannot be typed into, in one line. */
export function whyNot(field: AnyField): string {
  switch (field.kind) {
    case "formula": return `Worked out by its formula: ${field.formula ?? ""}`;
    case "lookup": return "Read from the linked rows; change it there";
    case "rollup": return "Summed up from the linked rows; change it there";
    case "autonumber": return "The row’s own number, given once";
    case "created_at": case "created_by": return "Kept by Sayso: when the row was made, and by whom";
    case "updated_at": case "updated_by": return "Kept by Sayso: the last change, and by whom";
    default: return "This cannot be typed into";
  }
}
