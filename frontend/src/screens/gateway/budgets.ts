/** Budgets as they are told: whose, and for which time. */
import type { Budget, Key } from "../../lib/gateway";
import { workspace } from "../../lib/workspace.svelte";

export const PERIODS = {
  total: { label: "In all", each: "in all" },
  day: { label: "A day", each: "a day" },
  week: { label: "A week", each: "a week" },
  month: { label: "A month", each: "a month" },
} as const;
export const SCOPES = { workspace: "The workspace", app: "An app", member: "A person", key: "A key" } as const;

export function subjectName(budget: Pick<Budget, "scope" | "subject">, keys: readonly Key[]): string {
  if (budget.scope === "workspace") return workspace.me?.workspace.name ?? "The workspace";
  if (budget.scope === "app") return workspace.apps?.find((one) => one.id === budget.subject)?.name ?? budget.subject;
  if (budget.scope === "member") return workspace.nameOf(budget.subject);
  const key = keys.find((one) => one.id === budget.subject);
  return key ? `Key “${key.name}”` : "A key that was withdrawn";
}
