/** What a calendar or a timeline shows of a row: from when to when, all day or with a clock. */

import { type Day, dayFrom, isoOf } from "../days";
import { type Moment, instantOf, momentFrom } from "../moments";

/** A field that holds days or moments. */
export interface WhenField {
  id: string;
  kind: string;
  writable: boolean;
}

export interface Occasion {
  id: number;
  title: string;
  from: Day;
  /** The last day, itself included. */
  to: Day;
  /** Minutes since midnight of `from`; null is all day. */
  start: number | null;
  /** Minutes since midnight of the last moment's day; null where nothing says when it ends. */
  end: number | null;
  /** The last moment's own day: a day later than `to` when it ends at midnight. */
  endDay: Day;
}

export interface Times {
  start: WhenField;
  end: WhenField | null;
  zone: string;
}

export type Values = Record<string, unknown>;

const MINUTES_OF_DAY = 1440;
/** How long something is drawn for when only its start is known. */
export const ASSUMED_MINUTES = 60;

export const hasClock = (field: { kind: string }): boolean => ["datetime", "created_at", "updated_at"].includes(field.kind);

function read(value: unknown, field: WhenField, zone: string): { day: Day; minutes: number | null } | null {
  if (typeof value !== "string" || !value) return null;
  if (!/T/.test(value)) return { day: dayFrom(value), minutes: null };
  return hasClock(field) || /T/.test(value) ? momentFrom(value, zone) : { day: dayFrom(value), minutes: null };
}

/** The row's occasion, or null while it has no start. An end before the start is not believed. */
export function occasionOf(id: number, title: string, values: Values, times: Times): Occasion | null {
  const start = read(values[times.start.id], times.start, times.zone);
  if (!start) return null;
  const end = times.end ? read(values[times.end.id], times.end, times.zone) : null;
  const sane = end && (end.day > start.day || (end.day === start.day && (end.minutes ?? MINUTES_OF_DAY) > (start.minutes ?? -1)));
  if (!end || !sane) return { id, title, from: start.day, to: start.day, start: start.minutes, end: null, endDay: start.day };
  const atMidnight = end.minutes === 0 && end.day > start.day;
  return { id, title, from: start.day, to: atMidnight ? end.day - 1 : end.day, start: start.minutes, end: end.minutes, endDay: end.day };
}

/** Earlier first, then longer, then all day before the clock, then by time and name: the order in which lanes are given out. */
export function inOrder(a: Occasion, b: Occasion): number {
  return a.from - b.from || b.to - a.to || (a.start ?? -1) - (b.start ?? -1) || a.title.localeCompare(b.title) || a.id - b.id;
}

function written(field: WhenField, moment: Moment, zone: string): string {
  return hasClock(field) ? instantOf(moment, zone) : isoOf(moment.day);
}

/** Carries minutes over midnight, in both directions. */
export function shifted(day: Day, minutes: number): Moment {
  const days = Math.floor(minutes / MINUTES_OF_DAY);
  return { day: day + days, minutes: minutes - days * MINUTES_OF_DAY };
}

/** The values that move an occasion by days and minutes; its end moves along. */
export function moved(o: Occasion, times: Times, days: number, minutes = 0): Values {
  const values: Values = { [times.start.id]: written(times.start, shifted(o.from + days, (o.start ?? 0) + minutes), times.zone) };
  if (times.end && (o.end !== null || o.to > o.from)) {
    values[times.end.id] = written(times.end, shifted(o.endDay + days, (o.end ?? 0) + minutes), times.zone);
  }
  return values;
}

/** The values that put one edge on a day (and minute); an edge never passes the other. Null when there is no end to set. */
export function stretched(o: Occasion, times: Times, edge: "start" | "end", to: Moment): Values | null {
  if (edge === "start") {
    if (to.day > o.to || (o.end !== null && to.day === o.endDay && to.minutes >= o.end)) return null;
    return { [times.start.id]: written(times.start, { day: to.day, minutes: hasClock(times.start) ? to.minutes : 0 }, times.zone) };
  }
  if (!times.end || to.day < o.from) return null;
  const minutes = hasClock(times.end) ? to.minutes : 0;
  if (hasClock(times.end) && to.day === o.from && minutes <= (o.start ?? -1)) return null;
  return { [times.end.id]: written(times.end, { day: to.day, minutes }, times.zone) };
}

/** The values of a new row that lasts from one day to another, or from one moment to another. */
export function fresh(times: Times, from: Moment, to: Moment): Values {
  const values: Values = { [times.start.id]: written(times.start, from, times.zone) };
  if (times.end && (to.day > from.day || to.minutes > from.minutes)) values[times.end.id] = written(times.end, to, times.zone);
  return values;
}
