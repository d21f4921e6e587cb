/** Bars on a timeline: within a lane, those that would overlap stand below one another. */

import type { Occasion } from "../calendar/occasions";
import { inOrder } from "../calendar/occasions";
import type { Scale } from "./scale";

export interface Bar {
  occasion: Occasion;
  x: number;
  width: number;
  /** 0 is the lane's first line. */
  line: number;
}

/** A bar is never narrower than this, so that it can be seen and taken hold of. */
export const BAR_PX_MIN = 14;
/** What a name beside a short bar takes; the next bar of the line begins after it. */
export const NAME_PX = 150;

export function bars(occasions: Occasion[], scale: Scale): { bars: Bar[]; lines: number } {
  const ends: number[] = [];
  const placed = [...occasions].sort(inOrder).map((occasion) => {
    const x = scale.x(occasion.from);
    const width = Math.max(BAR_PX_MIN, scale.x(occasion.to + 1) - x);
    let line = ends.findIndex((end) => end <= x);
    if (line < 0) line = ends.length;
    ends[line] = x + Math.max(width, NAME_PX) + 2;
    return { occasion, x, width, line };
  });
  return { bars: placed, lines: Math.max(1, ends.length) };
}
