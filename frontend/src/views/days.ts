/** Calendar days as whole numbers, so that moving and comparing them is plain arithmetic and no clock change can bite. */

import { dateFormat } from "../lib/format";

/** Days since 1 January 1970. */
export type Day = number;
export type Span = "day" | "week" | "month" | "quarter" | "year";

const DAY_MS = 86_400_000;

const at = (day: Day): Date => new Date(day * DAY_MS);

export const dayFrom = (iso: string): Day => Math.floor(Date.parse(iso.slice(0, 10) + "T00:00:00Z") / DAY_MS);

export const isoOf = (day: Day): string => at(day).toISOString().slice(0, 10);

export const dateOf = (year: number, month: number, date: number): Day => Math.floor(Date.UTC(year, month, date) / DAY_MS);

/** Year, month from 0 and date from 1. */
export function parts(day: Day): { year: number; month: number; date: number } {
  const d = at(day);
  return { year: d.getUTCFullYear(), month: d.getUTCMonth(), date: d.getUTCDate() };
}

/** 0 is Monday, 6 is Sunday. */
export const weekday = (day: Day): number => (((day + 3) % 7) + 7) % 7;

export const isWeekend = (day: Day): boolean => weekday(day) > 4;

export function startOf(span: Span, day: Day): Day {
  const { year, month } = parts(day);
  switch (span) {
    case "day": return day;
    case "week": return day - weekday(day);
    case "month": return dateOf(year, month, 1);
    case "quarter": return dateOf(year, month - (month % 3), 1);
    case "year": return dateOf(year, 0, 1);
  }
}

/** The same date `n` spans later; a date that the month does not have becomes its last. */
export function plus(span: Span, day: Day, n: number): Day {
  if (span === "day") return day + n;
  if (span === "week") return day + 7 * n;
  const months = n * (span === "month" ? 1 : span === "quarter" ? 3 : 12);
  const { year, month, date } = parts(day);
  const first = dateOf(year, month + months, 1);
  const { year: y, month: m } = parts(first);
  return first + Math.min(date, dateOf(y, m + 1, 1) - first) - 1;
}

/** The weeks that a month touches, Monday first: four to six lists of seven days. */
export function weeksOfMonth(day: Day): Day[][] {
  const first = startOf("month", day);
  const after = plus("month", first, 1);
  const weeks: Day[][] = [];
  for (let start = startOf("week", first); start < after; start += 7) weeks.push(Array.from({ length: 7 }, (_, i) => start + i));
  return weeks;
}

/** ISO 8601: week 1 is the one with the first Thursday. */
export function weekNumber(day: Day): number {
  const thursday = startOf("week", day) + 3;
  return Math.floor((thursday - startOf("year", thursday)) / 7) + 1;
}

/** A day in words, in the reader's own language; UTC inside, because a day has no zone. */
export const said = (day: Day, options: Intl.DateTimeFormatOptions): string => dateFormat({ ...options, timeZone: "UTC" }).format(at(day));

export const longDay = (day: Day): string => said(day, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
export const shortDay = (day: Day): string => said(day, { day: "numeric", month: "short" });
export const monthName = (day: Day): string => said(day, { month: "long", year: "numeric" });

/** `3 Nov`, `3 – 7 Nov`, `28 Nov – 2 Dec`; with years where they differ. */
export function spanSaid(from: Day, to: Day): string {
  const year = parts(from).year === parts(to).year ? undefined : "numeric";
  return dateFormat({ day: "numeric", month: "short", year, timeZone: "UTC" }).formatRange(at(from), at(to));
}

/** The name of a bucket that starts on this day, as an axis or a tile says it. */
export function bucketName(bucket: Span, day: Day): string {
  const { year, month } = parts(day);
  switch (bucket) {
    case "day": return said(day, { day: "numeric", month: "short", year: "numeric" });
    case "week": return `Week ${weekNumber(day)}, ${parts(startOf("week", day) + 3).year}`;
    case "month": return said(day, { month: "short", year: "numeric" });
    case "quarter": return `Q${Math.floor(month / 3) + 1} ${year}`;
    case "year": return String(year);
  }
}
