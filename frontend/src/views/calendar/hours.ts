/** Lays the occasions of one day out by the clock: those that overlap stand side by side. */

import type { Day } from "../days";
import { ASSUMED_MINUTES, type Occasion } from "./occasions";

export interface Block {
  occasion: Occasion;
  /** Minutes since this day's midnight, cut to the day. */
  top: number;
  bottom: number;
  column: number;
  columns: number;
}

const SHORTEST_MINUTES = 20;

/** Timed occasions that stay within a day or two nights; the longer ones belong in the all-day row. */
export const byClock = (o: Occasion): boolean => o.start !== null && o.to === o.from;

export function hours(day: Day, occasions: Occasion[]): Block[] {
  const blocks: Block[] = occasions
    .filter((o) => byClock(o) && o.from === day)
    .map((occasion) => {
      const top = occasion.start ?? 0;
      const until = occasion.end === null ? top + ASSUMED_MINUTES : occasion.endDay > day ? 1440 : occasion.end;
      return { occasion, top, bottom: Math.min(1440, Math.max(until, top + SHORTEST_MINUTES)), column: 0, columns: 1 };
    })
    .sort((a, b) => a.top - b.top || b.bottom - a.bottom || a.occasion.id - b.occasion.id);

  let cluster: Block[] = [];
  let until = -1;
  const close = (): void => {
    const columns = Math.max(0, ...cluster.map((b) => b.column)) + 1;
    for (const block of cluster) block.columns = columns;
    cluster = [];
  };
  for (const block of blocks) {
    if (block.top >= until) close();
    const taken = new Set(cluster.filter((b) => b.bottom > block.top).map((b) => b.column));
    while (taken.has(block.column)) block.column += 1;
    cluster.push(block);
    until = Math.max(until, block.bottom);
  }
  close();
  return blocks;
}
