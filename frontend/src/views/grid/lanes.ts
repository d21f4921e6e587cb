/** Where fields stand from left to right. Frozen lanes stay while the rest moves; only what is in sight is drawn. */
import type { Field } from "../../lib/spec";

export interface Lane {
  index: number;
  field: Field;
  left: number;
  width: number;
  frozen: boolean;
}
export interface Lanes {
  all: readonly Lane[];
  /** Width of the frozen lanes together, without the gutter with the row's number. */
  frozenWidth: number;
  width: number;
}

export const LANE_WIDTH_MIN = 60;
export const LANE_WIDTH_MAX = 1200;

/** What a field is given before anybody pulled at it. */
export function usualWidth(field: Field, first: boolean): number {
  if (first) return 220;
  switch (field.kind) {
    case "checkbox": return 76;
    case "percent": case "duration": case "autonumber": return 90;
    case "rating": case "number": case "money": case "date": case "person": case "created_by": case "updated_by": return 108;
    case "select": return 116;
    case "datetime": case "created_at": case "updated_at": return 140;
    case "long_text": case "ai": return 214;
    case "multi_select": case "lookup": case "url": case "email": return 180;
    default: return 140;
  }
}

export function lanesOf(fields: readonly Field[], widths: Readonly<Record<string, number>>, frozen: number): Lanes {
  let left = 0, frozenWidth = 0;
  const all = fields.map((field, index): Lane => {
    const width = Math.min(LANE_WIDTH_MAX, Math.max(LANE_WIDTH_MIN, widths[field.id] ?? usualWidth(field, index === 0)));
    const lane = { index, field, left, width, frozen: index < frozen };
    left += width;
    if (lane.frozen) frozenWidth = left;
    return lane;
  });
  return { all, frozenWidth, width: left };
}

/** The moving lanes between two places (pixels from the left edge of the first lane), as `[from, to)`. */
export function lanesBetween(lanes: Lanes, from: number, to: number): [number, number] {
  const first = lanes.all.findIndex((l) => !l.frozen);
  if (first < 0) return [lanes.all.length, lanes.all.length];
  let low = first, high = lanes.all.length;
  while (low < high) {
    const middle = (low + high) >> 1, lane = lanes.all[middle]!;
    if (lane.left + lane.width <= from) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < lanes.all.length && lanes.all[end]!.left < to) end++;
  return [low, end];
}

/** The lane under a place; the nearest one when beside all of them. `scrolled` is how far the moving lanes have gone. */
export function laneAt(lanes: Lanes, x: number, scrolled: number): number {
  const place = x < lanes.frozenWidth ? x : x + scrolled;
  const found = lanes.all.findIndex((l) => (x < lanes.frozenWidth) === l.frozen && place < l.left + l.width);
  return found < 0 ? Math.max(0, lanes.all.length - 1) : found;
}

/** Ids in their new order when one is moved before another, or to the end. */
export function reordered(ids: readonly string[], moved: string, before: string | null): string[] {
  if (moved === before) return [...ids];
  const rest = ids.filter((id) => id !== moved);
  const at = before === null ? rest.length : rest.indexOf(before);
  rest.splice(at < 0 ? rest.length : at, 0, moved);
  return rest;
}
