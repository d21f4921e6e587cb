/** Lays occasions out in a week of a month: a bar per occasion and week, in lanes, with the rest counted. */

import type { Day } from "../days";
import { type Occasion, inOrder } from "./occasions";

export interface Bar {
  occasion: Occasion;
  /** 0 to 6. */
  column: number;
  span: number;
  lane: number;
  /** It began before this week, or goes on after it. */
  before: boolean;
  after: boolean;
}

export interface Week {
  bars: Bar[];
  /** For each day, how many occasions found no lane. */
  more: number[];
}

/**
 * Puts each occasion into the first lane that is free on all its days. A day with more than fits gives its last lane
 * to the words "2 more".
 */
export function week(start: Day, occasions: Occasion[], lanes: number): Week {
  const here = occasions.filter((o) => o.from <= start + 6 && o.to >= start).sort(inOrder);
  const all: Bar[] = [];
  const taken: boolean[][] = [];
  for (const occasion of here) {
    const column = Math.max(0, occasion.from - start);
    const span = Math.min(6, occasion.to - start) - column + 1;
    let lane = 0;
    while (taken[lane]?.slice(column, column + span).some(Boolean)) lane += 1;
    (taken[lane] ??= Array<boolean>(7).fill(false)).fill(true, column, column + span);
    all.push({ occasion, column, span, lane, before: occasion.from < start, after: occasion.to > start + 6 });
  }
  const full = (column: number): boolean => all.some((b) => b.lane >= lanes && b.column <= column && column < b.column + b.span);
  const crowded = Array.from({ length: 7 }, (_, column) => full(column));
  const fits = (b: Bar): boolean => {
    const roomy = !crowded.slice(b.column, b.column + b.span).some(Boolean);
    return b.lane < (roomy ? lanes : lanes - 1);
  };
  const bars = all.filter(fits);
  const more = Array.from({ length: 7 }, (_, column) =>
    all.filter((b) => !fits(b) && b.column <= column && column < b.column + b.span).length,
  );
  return { bars, more };
}
