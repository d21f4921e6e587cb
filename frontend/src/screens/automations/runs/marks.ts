/** Which cards of the flow the open run has been through, and how it went there. */
import type { RunOpened } from "../../../lib/automations/shapes";

export type Mark = "done" | "failed" | "waiting" | "running" | "skipped" | "none";
export type Marks = ReadonlyMap<string, Mark>;

const STATES = { begun: "running", again: "waiting", waiting: "waiting", done: "done", failed: "failed", skipped: "skipped" } as const;

/** By path: a step inside a loop is failed when one of its turns is. */
export function marksOf(run: RunOpened | null): Marks {
  const marks = new Map<string, Mark>();
  for (const step of run?.steps ?? []) {
    if (step.path === null) continue;
    const was = marks.get(step.path);
    if (was !== "failed") marks.set(step.path, STATES[step.state]);
  }
  return marks;
}
