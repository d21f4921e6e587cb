/** Runs in words. */
import { dateFormat, durationText } from "../../../lib/format";
import type { Run, RunOpened, RunState } from "../../../lib/automations/shapes";

export const STATES: Record<RunState, { words: string; tone: "good" | "warn" | "bad" | "busy" | undefined }> = {
  waiting: { words: "Begins", tone: "busy" },
  running: { words: "Running", tone: "busy" },
  sleeping: { words: "Waiting", tone: "warn" },
  paused: { words: "Paused", tone: "warn" },
  done: { words: "Done", tone: "good" },
  failed: { words: "Failed", tone: "bad" },
  cancelled: { words: "Cancelled", tone: undefined },
  quarantined: { words: "Set aside", tone: "bad" },
};
export const OPEN: ReadonlySet<RunState> = new Set<RunState>(["waiting", "running", "sleeping", "paused"]);

/** `1.4 s`, `2 min`, `3 h 5 min`; a run that waited for days says days. */
export function tookText(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return "";
  if (ms < 100_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 172_800_000) return durationText(Math.round(ms / 1000));
  return `${Math.round(ms / 86_400_000)} days`;
}

/** `$0.0004`; nothing where nothing was paid. */
export const costText = (cost: string | null | undefined): string => (cost && Number(cost) ? `$${cost.replace(/(\.\d{2}\d*?)0+$/, "$1")}` : "");

/** `09:58` today, `Sat 17:40` in this week, `12 Nov` before. */
export function whenText(text: string, now = new Date()): string {
  const at = new Date(text), days = (now.getTime() - at.getTime()) / 86_400_000;
  if (at.toDateString() === now.toDateString()) return dateFormat({ hour: "2-digit", minute: "2-digit" }).format(at);
  if (Math.abs(days) < 6) return dateFormat({ weekday: "short", hour: "2-digit", minute: "2-digit" }).format(at);
  return dateFormat({ day: "numeric", month: "short", ...(Math.abs(days) > 300 ? { year: "numeric" } : {}) }).format(at);
}

/** What one run is called in a list: the row that it is about, else what began it. */
export const runName = (run: Pick<Run, "trigger" | "name">): string => {
  const { row_name, row_count, sentence } = run.trigger;
  return row_name ? (row_count > 1 ? `${row_name} and ${row_count - 1} more` : row_name) : sentence || run.name;
};

export function stateText(run: Run | RunOpened): string {
  if (run.state === "sleeping" && run.waits_for) {
    if (run.waits_for === "approval") return "Waits for a yes";
    if (run.waits_for === "webhook") return "Waits to be called";
    return run.wake_at ? `Waits until ${whenText(run.wake_at)}` : "Waiting";
  }
  return STATES[run.state].words;
}
