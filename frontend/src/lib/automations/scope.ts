/** Whose row a step is about: the trigger's, or inside a loop the one whose turn it is. As `sayso.spec.automation.scope` has it. */
import type { App, Automation, Step, Table, Trigger } from "../spec";
import { every, innerOf, pathIn } from "./tree";

export function triggerTable(spec: App, trigger: Trigger): string | null {
  if ("view" in trigger) {
    const view = spec.views?.find((one) => one.id === trigger.view);
    return view && "table" in view ? view.table : null;
  }
  return ("table" in trigger && trigger.table) || null;
}

const ROWS_OF = /^\{\s*([a-z][a-z0-9_]*)\s*:\s*rows\s*\}$/;

/** The table of the row that `{Field}` means at this path; null where there is no row, or nobody can know. */
export function rowTable(spec: App, automation: Automation, path: string): string | null {
  const names = new Map(every(automation.steps).map((one) => [one.name, one.step]));
  const tableOf = (step: Step | undefined): string | null => (step?.kind === "find_rows" ? step.table : null);
  let found: string | null = null;
  const walk = (steps: Step[], list: string, table: string | null, last: string | null): void =>
    steps.forEach((step, n) => {
      const here = pathIn(list, n);
      if (here === path) found = table;
      if (step.kind === "find_rows") last = step.table;
      const over = step.kind === "for_each" ? (step.over ?? "").trim() : "";
      const inside = step.kind === "for_each" ? (over ? tableOf(names.get(ROWS_OF.exec(over)?.[1] ?? "")) : last) : table;
      for (const inner of innerOf(step)) walk(inner.steps, `${here}/${inner.place}`, inside, last);
    });
  const own = triggerTable(spec, automation.trigger);
  walk(automation.steps ?? [], "", own, null);
  return path === "trigger" ? own : found;
}

export const tableNamed = (spec: App, id: string | null): Table | undefined => spec.tables?.find((one) => one.id === id);
