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
/** What a character of a name takes, about; and what a name beside its bar takes at most. */
const CHARACTER_PX = 7;
export const NAME_PX_MAX = 140;
const GAP_PX = 6;

/** A name that does not fit inside its bar stands beside it. */
export const isBeside = (title: string, width: number): boolean => width < title.length * CHARACTER_PX + 16;

export function bars(occasions: Occasion[], scale: Scale): { bars: Bar[]; lines: number } {
  const ends: number[] = [];
  const placed = [...occasions].sort(inOrder).map((occasion) => {
    const x = scale.x(occasion.from);
    const width = Math.max(BAR_PX_MIN, scale.x(occasion.to + 1) - x);
    let line = ends.findIndex((end) => end <= x);
    if (line < 0) line = ends.length;
    const name = isBeside(occasion.title, width) ? Math.min(NAME_PX_MAX, occasion.title.length * CHARACTER_PX) + GAP_PX : 0;
    ends[line] = x + width + name;
    return { occasion, x, width, line };
  });
  return { bars: placed, lines: Math.max(1, ends.length) };
}
