/** A model at work on a column: how far it is, what it would cost, how it ended, in words. Pure. */
import type { FillState } from "./ai";
import { count, listText, numberText } from "./format";
import { dollars } from "./gateway";
import type { components } from "./schema";

type Schemas = components["schemas"];

export type FillEstimate = Schemas["FillEstimate"];
/** One that was begun: an estimate alone has no id. */
export type FillRun = Omit<Schemas["Filling"], "id" | "state"> & { id: string; state: FillState };

export const isOpen = (fill: Pick<FillRun, "state">): boolean => fill.state === "waiting" || fill.state === "running";

const SKIPPED = { by_hand: "written by hand", up_to_date: "up to date already", writing: "being written already" } as const;

/** `12 written by hand, 3 up to date already`; empty when none is left out. */
export function skippedText(skipped: Partial<FillEstimate["skipped"]>): string {
  return listText((Object.keys(SKIPPED) as (keyof typeof SKIPPED)[]).filter((why) => skipped[why]).map((why) => `${numberText(skipped[why]!)} ${SKIPPED[why]}`));
}

export const estimatedCost = (cost: string | null): string => (cost === null ? "not known: no price is published" : Number(cost) === 0 ? "nothing" : `about ${dollars(cost)}`);

/** Roughly, as nobody needs the second. */
export function roughly(seconds: number): string {
  if (seconds < 5) return "a few seconds";
  if (seconds < 90) return `about ${Math.ceil(seconds / 5) * 5} seconds`;
  return seconds < 5_400 ? `about ${count(Math.round(seconds / 60), "minute")}` : `about ${count(Math.round(seconds / 3600), "hour")}`;
}

/** What came of it, once it is over. */
export function endText(name: string, fill: Pick<FillRun, "state" | "rows" | "done" | "review" | "failed" | "skipped">): string {
  const good = fill.done - fill.review - fill.failed - fill.skipped;
  const told = [
    `${count(good + fill.review, "row")} filled`,
    fill.review ? `${numberText(fill.review)} to look at` : "",
    fill.failed ? `${numberText(fill.failed)} could not be written` : "",
  ].filter(Boolean);
  const rest = fill.state === "cancelled" && fill.done < fill.rows ? `, cancelled before the other ${numberText(fill.rows - fill.done)}` : "";
  return `${name}: ${told.join(", ")}${rest}`;
}
