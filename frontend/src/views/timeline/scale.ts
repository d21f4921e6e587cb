/** Where days lie on a timeline, and what stands above them. */

import { type Day, type Span, isWeekend, monthName, parts, plus, said, startOf, weekNumber } from "../days";

export type Zoom = "day" | "week" | "month" | "quarter";
export const ZOOMS: readonly Zoom[] = ["day", "week", "month", "quarter"];

/** Pixels of one day. */
export const DAY_PX: Record<Zoom, number> = { day: 44, week: 24, month: 9, quarter: 3.4 };

const UPPER: Record<Zoom, Span> = { day: "month", week: "month", month: "quarter", quarter: "year" };
const LOWER: Record<Zoom, Span> = { day: "day", week: "week", month: "month", quarter: "quarter" };

export interface Tick {
  from: Day;
  /** Pixels from the left edge of the whole. */
  x: number;
  width: number;
  name: string;
  weekend: boolean;
}

export interface Scale {
  zoom: Zoom;
  from: Day;
  to: Day;
  width: number;
  x(day: Day): number;
  day(x: number): Day;
}

/** From a little before the first day to a little after the last, today always inside. */
export function scale(zoom: Zoom, first: Day, last: Day, today: Day): Scale {
  const span = UPPER[zoom];
  const from = startOf(span, plus(span, Math.min(first, today), -1));
  const to = plus(span, startOf(span, Math.max(last, today)), 2) - 1;
  const px = DAY_PX[zoom];
  return { zoom, from, to, width: (to - from + 1) * px, x: (day) => (day - from) * px, day: (x) => from + Math.floor(x / px) };
}

function name(span: Span, day: Day, zoom: Zoom): string {
  switch (span) {
    case "day": return String(parts(day).date);
    case "week": return `${said(day, { day: "numeric", month: "short" })}`;
    case "month": return zoom === "month" ? said(day, { month: "short" }) : monthName(day);
    case "quarter": return `Q${Math.floor(parts(day).month / 3) + 1}${zoom === "month" ? ` ${parts(day).year}` : ""}`;
    case "year": return String(parts(day).year);
  }
}

function ticks(of: Scale, span: Span, from: Day, to: Day): Tick[] {
  const found: Tick[] = [];
  for (let day = startOf(span, Math.max(from, of.from)); day <= Math.min(to, of.to); day = plus(span, day, 1)) {
    const next = plus(span, day, 1);
    found.push({
      from: day, x: of.x(day), width: (next - day) * DAY_PX[of.zoom], name: name(span, day, of.zoom),
      weekend: span === "day" && isWeekend(day),
    });
  }
  return found;
}

/** The two rows of the head, for the days in sight only. */
export const upper = (of: Scale, from: Day, to: Day): Tick[] => ticks(of, UPPER[of.zoom], from, to);
export const lower = (of: Scale, from: Day, to: Day): Tick[] => ticks(of, LOWER[of.zoom], from, to);
export const lowerLabel = (of: Scale, tick: Tick): string =>
  LOWER[of.zoom] === "week" ? `Week ${weekNumber(tick.from)}, from ${tick.name}` : tick.name;
