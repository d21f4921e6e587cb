/** Automations and co-workers in words: what starts them, what they do. */
import { dateFormat, listText } from "../../lib/format";
import { STEP_KINDS } from "../../lib/kinds";
import type { App, Automation, Coworker, Filter, Step, Trigger } from "../../lib/spec";

const tableName = (app: App, id: string | null | undefined) => app.tables?.find((table) => table.id === id)?.name ?? "a table";
const viewName = (app: App, id: string) => app.views?.find((view) => view.id === id)?.name ?? "a view";
const fieldName = (app: App, table: string | null | undefined, id: string) => app.tables?.find((one) => one.id === table)?.fields?.find((field) => field.id === id)?.name ?? id;

const DAYS = Array.from({ length: 7 }, (_, n) => dateFormat({ weekday: "long" }).format(new Date(2023, 0, 1 + n)));

/** Cron in words, for the shapes that people ask for; what is rarer is shown as it was said, or as it is. */
export function scheduleText(cron: string, words = ""): string {
  const [minute = "*", hour = "*", day = "*", month = "*", weekday = "*"] = cron.split(/\s+/);
  const time = /^\d+$/.test(minute) && /^\d+$/.test(hour) ? `${hour.padStart(2, "0")}:${minute.padStart(2, "0")}` : null;
  if (time && day === "*" && month === "*") {
    if (weekday === "*") return `Every day at ${time}`;
    if (weekday === "1-5") return `Every working day at ${time}`;
    if (/^[0-7](,[0-7])*$/.test(weekday)) return `Every ${listText(weekday.split(",").map((one) => DAYS[Number(one) % 7] ?? one))} at ${time}`;
  }
  if (time && /^\d+$/.test(day) && month === "*" && weekday === "*") return `On day ${day} of every month at ${time}`;
  if (/^\d+$/.test(minute) && hour === "*" && cron.endsWith("* * *")) return `Every hour at minute ${minute}`;
  return words ? words.charAt(0).toUpperCase() + words.slice(1) : `On the schedule ${cron}`;
}

const OPS: Record<string, string> = {
  is: "is", is_not: "is not", contains: "contains", not_contains: "does not contain", starts_with: "starts with", ends_with: "ends with", empty: "is empty",
  not_empty: "is filled in", gt: "is more than", gte: "is at least", lt: "is less than", lte: "is at most", any_of: "is one of", none_of: "is none of", all_of: "has all of", within: "is within",
};

export function filterText(app: App, table: string | null | undefined, filter: Filter | null | undefined): string {
  const parts = (filter?.of ?? []).map((one): string => {
    if (!("field" in one)) return `(${filterText(app, table, one)})`;
    const field = app.tables?.find((each) => each.id === table)?.fields?.find((each) => each.id === one.field);
    const options = field && "options" in field ? field.options : undefined;
    const value = [one.value].flat().map((each) => options?.find((option) => option.id === each)?.name ?? String(each ?? "").replaceAll("_", " ")).filter(Boolean);
    return [fieldName(app, table, one.field), OPS[one.op] ?? one.op, value.length ? listText(value) : ""].filter(Boolean).join(" ");
  });
  return parts.join(filter?.match === "any" ? " or " : " and ");
}

export function triggerText(app: App, trigger: Trigger): string {
  const when = (words: string, table: string, filter?: Filter) => (filter?.of?.length ? `${words}, and ${filterText(app, table, filter)}` : words);
  switch (trigger.kind) {
    case "schedule": return scheduleText(trigger.cron, trigger.words);
    case "row_created": return when(`When a row is added to ${tableName(app, trigger.table)}`, trigger.table, trigger.filter);
    case "row_changed": return trigger.filter?.of?.length
      ? `When a row of ${tableName(app, trigger.table)} changes so that ${filterText(app, trigger.table, trigger.filter)}`
      : `When ${trigger.fields?.length ? listText(trigger.fields.map((id) => fieldName(app, trigger.table, id))) : "anything"} changes in ${tableName(app, trigger.table)}`;
    case "row_deleted": return `When a row of ${tableName(app, trigger.table)} goes to the trash`;
    case "enters_view": return `When a row comes into ${viewName(app, trigger.view)}`;
    case "date_reached": {
      const days = trigger.days ?? 0;
      const at = days === 0 ? "On the day of" : `${Math.abs(days)} day${Math.abs(days) === 1 ? "" : "s"} ${days < 0 ? "before" : "after"}`;
      return when(`${at} ${fieldName(app, trigger.table, trigger.field)} in ${tableName(app, trigger.table)}, at ${trigger.time ?? "09:00"}`, trigger.table, trigger.filter);
    }
    case "form_submitted": return `When ${viewName(app, trigger.view)} is sent in`;
    case "button": return `When “${trigger.label}” is pressed in a row of ${tableName(app, trigger.table)}`;
    case "webhook": return "When its web address is called";
    case "email": return "When an e-mail arrives";
    case "message": return `When someone writes to ${app.coworkers?.find((one) => one.id === trigger.coworker)?.name ?? "a co-worker"}`;
    case "called": return "When something else calls it";
  }
}

/** What a step does, in a few words. */
export function stepText(app: App, step: Step): string {
  switch (step.kind) {
    case "find_rows": return `find rows of ${tableName(app, step.table)}${step.filter?.of?.length ? ` where ${filterText(app, step.table, step.filter)}` : ""}`;
    case "create_row": return `add a row to ${tableName(app, step.table)}`;
    case "update_row": return `set ${listText(Object.keys(step.values ?? {}).map((id) => fieldName(app, step.table, id))) || "values"} in ${tableName(app, step.table)}`;
    case "delete_row": return `move the row of ${tableName(app, step.table)} to the trash`;
    case "send_email": return `e-mail ${step.to || "someone"}${step.subject ? `: “${step.subject}”` : ""}`;
    case "send_message": return `send a message${step.to ? ` to ${step.to}` : ""} by ${step.via ?? "slack"}`;
    case "notify": return `tell ${step.to || "the team"}${step.body ? `: “${step.body}”` : ""}`;
    case "http_request": return `call ${step.url || "a web address"}`;
    case "ai": return `ask a model to ${step.task ?? "generate"}`;
    case "approval": return `ask ${step.by || "someone"} to approve`;
    case "wait": return step.until ? `wait until ${step.until}` : step.webhook ? "wait until its web address is called" : `wait ${waitText(step.seconds ?? 0)}`;
    case "branch": return `choose a path`;
    case "upsert_row": return `change or add a row of ${tableName(app, step.table)}`;
    case "aggregate": return `work out figures of ${tableName(app, step.table)}`;
    case "changes": return `list what changed in ${tableName(app, step.table)}`;
    case "switch": return "choose one of several paths";
    case "stop": return step.message ? `stop: “${step.message}”` : "stop here";
    case "set_values": return `set ${listText(Object.keys(step.values ?? {})) || "values"}`;
    case "call": return `start ${app.automations?.find((one) => one.id === step.automation)?.name ?? "another automation"}`;
    case "ask_coworker": return `ask ${app.coworkers?.find((one) => one.id === step.coworker)?.name ?? "a co-worker"}`;
    case "document": return `make ${step.file_name || "a document"}`;
    case "chart": return `draw ${step.title || (step.view ? viewName(app, step.view) : `a chart of ${tableName(app, step.table)}`)}`;
    case "sheet": return `make ${step.file_name || "a spreadsheet"}`;
    case "respond": return "answer the caller";
    case "webhook_out": return `send a webhook${step.url ? ` to ${step.url}` : ""}`;
    case "sql": return "ask a database";
    case "mcp_tool": return `use the tool ${step.tool || "of a server"}`;
    case "operation": return `call ${step.operation || "a service"}`;
    case "for_each": return `for each row: ${(step.steps ?? []).map((one) => stepText(app, one)).join(", then ")}`;
  }
}

export function waitText(seconds: number): string {
  const units: [number, string][] = [[86_400, "day"], [3_600, "hour"], [60, "minute"], [1, "second"]];
  const [size, unit] = units.find(([one]) => seconds >= one && seconds % one === 0) ?? [1, "second"];
  const n = seconds / size;
  return `${n} ${unit}${n === 1 ? "" : "s"}`;
}

export function automationText(app: App, automation: Automation): string {
  const steps = (automation.steps ?? []).map((step) => stepText(app, step));
  return [triggerText(app, automation.trigger), steps.join(", then ")].filter(Boolean).join(": ");
}

export function coworkerText(app: App, coworker: Coworker): string {
  const grants = (coworker.grants ?? []).map((grant) => `${grant.may === "write" ? "may change" : "reads"} ${tableName(app, grant.table)}`);
  return [coworker.description, listText(grants)].filter(Boolean).join(" ");
}

export const stepLabel = (step: Step) => STEP_KINDS[step.kind].label;
