/** A trial in words and colours. Pure. */
import type { Contender, State } from "../../lib/trials";

export const STATES: Record<State, { words: string; tone?: "good" | "warn" | "bad" | "busy" }> = {
  queued: { words: "Waiting its turn", tone: "busy" },
  running: { words: "Asking", tone: "busy" },
  cancelling: { words: "Stopping", tone: "busy" },
  cancelled: { words: "Cancelled" },
  stopped: { words: "Budget spent", tone: "warn" },
  done: { words: "Done", tone: "good" },
  failed: { words: "Failed", tone: "bad" },
};

/** The colour of the n-th contender. */
export const colour = (n: number): string => `var(--s${Math.min(n, 5) + 1})`;

export function secondsText(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return "not known";
  return ms < 95 ? `${(ms / 1000).toFixed(2)} s` : `${(ms / 1000).toFixed(1)} s`;
}

/** A stretch of time, roughly: `2 s`, `3 min`. */
export function aboutText(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 5_400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

const BY = { votes: "from votes", judge: "by the judge", checks: "by checks", pairs: "from pairs" };

/** Where the quality of these contenders comes from. */
export function qualityFrom(contenders: Contender[]): string {
  const by = contenders.find((one) => one.quality)?.quality?.by;
  return by ? BY[by] : "not measured yet";
}

/** Round steps for an axis from 0 to `max`: 1, 2 or 5 times a power of ten, at most five of them. */
export function steps(max: number): number[] {
  if (max <= 0) return [0];
  const rough = max / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => max / n <= 4) ?? 10 * power;
  return Array.from({ length: Math.floor(max / step + 1.0001) }, (_, n) => n * step);
}
