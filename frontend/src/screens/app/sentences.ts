/** Automations and co-workers in words: what starts them, what they do. */
import { dateFormat, listText } from "../../lib/format";
import { STEP_KINDS } from "../../lib/automations/kinds";
import type { App, Automation, Coworker, Filter, Step, Trigger } from "../../lib/spec";

const tableName = (app: App, id: string | null | undefined) => app.tables?.find((table) => table.id === id)?.name ?? "a table";
const viewName = (app: App, id: string) => app.views?.find((view) => view.id === id)?.name ?? "a view";
const coworkerName = (app: App, id: string) => app.coworkers?.find((one) => one.id === id)?.name ?? "a co-worker";
const automationName = (app: App, id: string) => app.automations?.find((one) => one.id === id)?.name ?? "another automation";
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
    case "row_deleted": return when(`When a row of ${tableName(app, trigger.table)} goes to the trash`, trigger.table, trigger.filter);
    case "enters_view": return `When a row comes into ${viewName(app, trigger.view)}`;
    case "date_reached": {
      const days = trigger.days ?? 0;
      const at = days === 0 ? "On the day of" : `${Math.abs(days)} day${Math.abs(days) === 1 ? "" : "s"} ${days < 0 ? "before" : "after"}`;
      return when(`${at} ${fieldName(app, trigger.table, trigger.field)} in ${tableName(app, trigger.table)}, at ${trigger.time ?? "09:00"}`, trigger.table, trigger.filter);
    }
    case "form_submitted": return `When ${viewName(app, trigger.view)} is sent in`;
    case "button": return `When “${trigger.label}” is pressed in a row of ${tableName(app, trigger.table)}`;
    case "webhook": return "When its web address is called";
    case "email": return trigger.folder && trigger.folder !== "INBOX" ? `When an e-mail arrives in ${trigger.folder}` : "When an e-mail arrives";
    case "message": return `When someone writes to ${coworkerName(app, trigger.coworker)}`;
    case "called": return "When something else calls it";
  }
}

const VIAS: Record<string, string> = { slack: "Slack", teams: "Teams", discord: "Discord", telegram: "Telegram", sms: "text message" };
const TASK_WORDS: Record<string, string> = {
  generate: "write", summarise: "summarise", classify: "sort", extract: "read out", translate: "translate", draft_reply: "draft a reply",
  describe_image: "describe a picture", image: "make a picture", edit_image: "change a picture",
};

/** What a step does, in a few words. */
export function stepText(app: App, step: Step): string {
  const where = (table: string | null | undefined, filter: Filter | null | undefined) => (filter?.of?.length ? ` where ${filterText(app, table, filter)}` : "");
  const fields = (table: string, values: Record<string, unknown> | undefined) => listText(Object.keys(values ?? {}).map((id) => fieldName(app, table, id)));
  switch (step.kind) {
    case "find_rows": return `find rows of ${tableName(app, step.table)}${where(step.table, step.filter)}`;
    case "create_row": return `add a row to ${tableName(app, step.table)}`;
    case "update_row": return `set ${fields(step.table, step.values) || "values"} in ${tableName(app, step.table)}${where(step.table, step.filter)}`;
    case "upsert_row": return `add or change the row of ${tableName(app, step.table)} with the same ${listText((step.match ?? []).map((id) => fieldName(app, step.table, id))) || "values"}`;
    case "delete_row": return `move ${step.filter?.of?.length ? `rows of ${tableName(app, step.table)}${where(step.table, step.filter)}` : `the row of ${tableName(app, step.table)}`} to the trash`;
    case "aggregate": return `work out ${listText((step.figures ?? []).map((one) => one.name)) || "figures"} of ${tableName(app, step.table)}${step.by ? ` by ${fieldName(app, step.table, step.by.field)}` : ""}`;
    case "changes": return `see what changed in ${tableName(app, step.table)}${step.days ? ` in ${step.days} days` : " since the last run"}`;
    case "branch": return `choose a path`;
    case "switch": return `choose among ${(step.cases ?? []).length + 1} paths`;
    case "for_each": return `for each row: ${(step.steps ?? []).map((one) => stepText(app, one)).join(", then ")}`;
    case "wait": return step.until ? `wait until ${step.until}` : step.webhook ? "wait until its web address is called" : `wait ${waitText(step.seconds ?? 0)}`;
    case "stop": return step.as_failed ? `stop as failed${step.message ? `: “${step.message}”` : ""}` : `stop here${step.message ? `: “${step.message}”` : ""}`;
    case "set_values": return `work out ${listText(Object.keys(step.values ?? {})) || "values"}`;
    case "approval": return `ask ${step.by || "someone"} to approve`;
    case "call": return `start ${automationName(app, step.automation)}`;
    case "ai": return `ask a model to ${TASK_WORDS[step.task ?? "generate"] ?? "write"}${step.into ? ` ${fieldName(app, tableOf(app, step.into), step.into)}` : step.answers?.length ? ` ${listText(step.answers.map((one) => one.name))}` : ""}`;
    case "ask_coworker": return `ask ${coworkerName(app, step.coworker)}`;
    case "document": return `make ${step.file_name || `a ${step.format === "html" ? "page" : "PDF"}`}`;
    case "chart": return step.title ? `draw “${step.title}”` : step.view ? `draw ${viewName(app, step.view)}` : `draw a chart of ${tableName(app, step.table)}`;
    case "sheet": return `make ${step.file_name || `a${step.format === "csv" ? " CSV file" : "n XLSX file"}`}${step.view ? ` of ${viewName(app, step.view)}` : step.table ? ` of ${tableName(app, step.table)}` : ""}`;
    case "send_email": return `e-mail ${step.to || "someone"}${step.subject ? `: “${step.subject}”` : ""}`;
    case "send_message": return `send a message${step.to ? ` to ${step.to}` : ""} by ${VIAS[step.via ?? "slack"]}`;
    case "notify": return `tell ${step.to || "the team"}${step.body ? `: “${step.body}”` : ""}`;
    case "http_request": return `call ${step.url || "a web address"}`;
    case "respond": return `answer the caller with ${step.status ?? 200}`;
    case "webhook_out": return `send ${step.event ? `“${step.event}”` : "a webhook"}${step.url ? ` to ${step.url}` : ""}`;
    case "sql": return step.write ? "change a connected database" : "ask a connected database";
    case "mcp_tool": return step.tool ? `use the tool ${step.tool}` : "use a tool";
    case "operation": return step.operation ? `use ${step.operation}` : "use an operation";
  }
}

const tableOf = (app: App, field: string) => app.tables?.find((table) => table.fields?.some((one) => one.id === field))?.id;

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

