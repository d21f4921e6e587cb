/** Moments as an app sees them: a day and the minutes since its midnight, in the app's time zone. */

import { type Day, dateOf, isoOf } from "./days";

export interface Moment {
  day: Day;
  /** Minutes since midnight, 0 to 1439. */
  minutes: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function wall(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
    });
    formats.set(zone, format);
  }
  return format;
}

function shownAt(ms: number, zone: string): Moment {
  const found = wall(zone).formatToParts(new Date(ms));
  const of = (type: string): number => Number(found.find((part) => part.type === type)?.value);
  return { day: dateOf(of("year"), of("month") - 1, of("day")), minutes: of("hour") * 60 + of("minute") };
}

/** What a clock on the wall in `zone` shows at an instant such as `2026-11-27T07:30:00Z`. */
export const momentFrom = (iso: string, zone: string): Moment => shownAt(Date.parse(iso), zone);

/**
 * The instant at which the wall shows this day and time. Where the clock jumps forward over it, the instant is
 * as far after the jump; where it shows it twice, the first is meant.
 */
export function instantOf({ day, minutes }: Moment, zone: string): string {
  const wanted = Date.parse(isoOf(day) + "T00:00:00Z") + minutes * 60_000;
  const off = (ms: number): number => {
    const shown = shownAt(ms, zone);
    return shown.day * 86_400_000 + shown.minutes * 60_000 - Math.floor(ms / 60_000) * 60_000;
  };
  const [before, after] = [off(wanted - 86_400_000), off(wanted + 86_400_000)];
  const first = wanted - before;
  const instant = off(first) === before || off(wanted - after) !== after ? first : wanted - after;
  return new Date(instant).toISOString().replace(".000Z", "Z");
}

/** Moments are shown in everyone's own time zone, here as in cells. */
export const here = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

export const todayIn = (zone: string): Day => shownAt(Date.now(), zone).day;

export const clock = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
