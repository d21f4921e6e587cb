/** Which questions the form of each kind of step asks, and what a new step of that kind begins with. */
import type { App, Automation, FieldKind, Step, Trigger } from "../../lib/spec";
import { triggerTable } from "../../lib/automations/scope";
import { titleField } from "../../lib/spec";

export type Choice = readonly [value: string, label: string];
interface Asked {
  key: string;
  label: string;
  help?: string;
  placeholder?: string;
  /** Asked only when the step answers so. */
  when?: (step: Record<string, unknown>) => boolean;
  /** Among the rarer questions, folded away. */
  more?: boolean;
}
export type Question = Asked &
  (
    | { is: "words" | "line" | "plain" | "switch" | "code" | "tests" | "cases" | "figures" | "answers" | "files" | "inputs" | "until" }
    | { is: "number"; min: number; max: number }
    | { is: "duration"; none?: string }
    | { is: "choice"; choices: readonly Choice[] }
    | { is: "table"; none?: string }
    | { is: "view"; kinds?: readonly string[]; none?: string }
    /** A field of the table that `of` names in the step, or of the row that it is about. */
    | { is: "field"; of: string | null; none?: string; kinds?: readonly FieldKind[]; fillable?: boolean }
    | { is: "fields"; of: string }
    | { is: "filter"; of: string | null; optional?: string }
    | { is: "values"; of: string }
    | { is: "named"; name: string; value: string }
    | { is: "connection"; kinds: readonly string[] }
    | { is: "coworker" | "automation" | "slot" }
    | { is: "by"; of: string }
    | { is: "tool" | "operation" }
  );

const HTTP = ["http"] as const;
export const DATABASES = ["postgresql", "mysql", "sqlserver", "sqlite", "sqlalchemy"] as const;
const CHAT = ["slack", "teams", "discord", "telegram"] as const;

export const QUESTIONS: Record<Step["kind"], Question[]> = {
  find_rows: [
    { key: "table", is: "table", label: "Table" },
    { key: "filter", is: "filter", of: "table", label: "Which rows" },
    { key: "limit", is: "number", min: 1, max: 10_000, label: "At most", more: true },
  ],
  create_row: [{ key: "table", is: "table", label: "Table" }, { key: "values", is: "values", of: "table", label: "Values" }],
  update_row: [
    { key: "table", is: "table", label: "Table" },
    { key: "filter", is: "filter", of: "table", label: "Which rows", optional: "The row this is about" },
    { key: "values", is: "values", of: "table", label: "New values" },
  ],
  upsert_row: [
    { key: "table", is: "table", label: "Table" },
    { key: "match", is: "fields", of: "table", label: "The same row has the same", help: "A row with the same values here is changed; without one, a row is added." },
    { key: "values", is: "values", of: "table", label: "Values" },
  ],
  delete_row: [
    { key: "table", is: "table", label: "Table" },
    { key: "filter", is: "filter", of: "table", label: "Which rows", optional: "The row this is about" },
  ],
  aggregate: [
    { key: "table", is: "table", label: "Table" },
    { key: "filter", is: "filter", of: "table", label: "Over which rows" },
    { key: "figures", is: "figures", label: "Figures" },
    { key: "by", is: "by", of: "table", label: "For each" },
  ],
  changes: [
    { key: "table", is: "table", label: "Table" },
    { key: "fields", is: "fields", of: "table", label: "Only changes of", help: "Any field when none is chosen." },
    { key: "filter", is: "filter", of: "table", label: "Of which rows" },
    { key: "days", is: "number", min: 1, max: 366, label: "In the last days", help: "Left empty: since the last run that finished.", more: true },
    { key: "limit", is: "number", min: 1, max: 10_000, label: "At most", more: true },
  ],
  branch: [
    { key: "filter", is: "filter", of: null, label: "When the row" },
    { key: "tests", is: "tests", label: "And these values" },
  ],
  switch: [{ key: "cases", is: "cases", label: "Paths", help: "The first that fits is taken; otherwise the last." }],
  for_each: [
    { key: "over", is: "line", label: "List", placeholder: "The rows that were found last", help: "A list that an earlier step gives; left empty, the rows that were found last." },
    { key: "at_once", is: "number", min: 1, max: 20, label: "At the same time", more: true },
    { key: "limit", is: "number", min: 1, max: 10_000, label: "At most", more: true },
  ],
  wait: [
    { key: "seconds", is: "duration", label: "How long", when: (step) => !step.until },
    { key: "until", is: "line", label: "Until the day or moment", placeholder: "A date of the row, or 2026-12-24", help: "Left empty: as long as said above." },
    { key: "webhook", is: "switch", label: "Go on as soon as its own web address is called", more: true },
  ],
  stop: [{ key: "as_failed", is: "switch", label: "Counts as failed" }, { key: "message", is: "line", label: "Message" }],
  set_values: [{ key: "values", is: "named", name: "Name", value: "Value", label: "Values", help: "A text with values in it, or = and a formula over the row, such as ={Qty} * {Unit price}." }],
  approval: [
    { key: "by", is: "line", label: "Who decides", placeholder: "A member, a role, or a person of the row", help: "A name, a role, everyone, or a value." },
    { key: "question", is: "words", label: "Question" },
    { key: "seconds", is: "duration", label: "Waits at most" },
    { key: "declined", is: "choice", choices: [["stop", "The run ends"], ["go_on", "It goes on, with “approved” not ticked"]], label: "After a no" },
  ],
  call: [{ key: "automation", is: "automation", label: "Automation" }, { key: "inputs", is: "named", name: "Input", value: "Value", label: "What it is given" }],
  ai: [
    { key: "task", is: "choice", choices: [["generate", "Write"], ["summarise", "Summarise"], ["classify", "Sort into kinds"], ["extract", "Read something out"], ["translate", "Translate"], ["draft_reply", "Draft a reply"], ["describe_image", "Describe a picture"]], label: "Task" },
    { key: "prompt", is: "words", label: "What to do", placeholder: "Say what is wanted, and put in the values it needs" },
    { key: "into", is: "field", of: null, none: "Nowhere: later steps use it", fillable: true, label: "The answer goes into", when: (step) => !(step.answers as unknown[] | undefined)?.length },
    { key: "answers", is: "answers", label: "Answer in parts", help: "Each part has a name; later steps pick them.", when: (step) => !step.into },
    { key: "slot", is: "slot", label: "Model", more: true },
  ],
  ask_coworker: [{ key: "coworker", is: "coworker", label: "Co-worker" }, { key: "ask", is: "words", label: "What it is asked" }],
  document: [
    { key: "template", is: "words", label: "Template", placeholder: "# Offer for …" },
    { key: "written_in", is: "choice", choices: [["markdown", "Markdown"], ["html", "HTML"]], label: "Written in" },
    { key: "format", is: "choice", choices: [["pdf", "PDF"], ["html", "Web page"]], label: "Becomes a" },
    { key: "file_name", is: "line", label: "Name of the file" },
  ],
  chart: [
    { key: "view", is: "view", kinds: ["chart"], none: "None: as below", label: "A chart of this app" },
    { key: "table", is: "table", none: "Choose", label: "Table", when: (step) => !step.view },
    { key: "by", is: "by", of: "table", label: "For each", when: (step) => !step.view && Boolean(step.table) },
    { key: "filter", is: "filter", of: "table", label: "Over which rows", when: (step) => !step.view && Boolean(step.table) },
    { key: "style", is: "choice", choices: [["bar", "Bars"], ["line", "A line"], ["pie", "A pie"]], label: "Drawn as", when: (step) => !step.view },
    { key: "title", is: "line", label: "Title" },
  ],
  sheet: [
    { key: "view", is: "view", none: "None: as below", label: "Rows of a view" },
    { key: "table", is: "table", none: "Choose", label: "Rows of a table", when: (step) => !step.view && !step.rows },
    { key: "filter", is: "filter", of: "table", label: "Which rows", when: (step) => !step.view && !step.rows && Boolean(step.table) },
    { key: "rows", is: "line", label: "Rows that an earlier step found", when: (step) => !step.view && !step.table },
    { key: "format", is: "choice", choices: [["xlsx", "XLSX"], ["csv", "CSV"]], label: "Becomes a" },
    { key: "file_name", is: "line", label: "Name of the file" },
  ],
  send_email: [
    { key: "connection", is: "connection", kinds: ["smtp"], label: "Sent by" },
    { key: "to", is: "line", label: "To", placeholder: "An address, a member, a role or a value" },
    { key: "cc", is: "line", label: "Copy to", more: true },
    { key: "subject", is: "line", label: "Subject" },
    { key: "body", is: "words", label: "Text", help: "Markdown. Rows that were found stand as a table, a chart as a picture." },
    { key: "attachments", is: "files", label: "Files" },
  ],
  send_message: [
    { key: "via", is: "choice", choices: [["slack", "Slack"], ["teams", "Microsoft Teams"], ["discord", "Discord"], ["telegram", "Telegram"]], label: "By" },
    { key: "connection", is: "connection", kinds: CHAT, label: "Account" },
    { key: "to", is: "line", label: "Where to", placeholder: "#sales" },
    { key: "body", is: "words", label: "Message" },
  ],
  notify: [{ key: "to", is: "line", label: "Who", placeholder: "A member, a role, everyone, or a person of the row" }, { key: "body", is: "words", label: "Message" }],
  http_request: [
    { key: "connection", is: "connection", kinds: HTTP, label: "Account" },
    { key: "method", is: "choice", choices: ["GET", "POST", "PUT", "PATCH", "DELETE"].map((one) => [one, one] as const), label: "Method" },
    { key: "url", is: "line", label: "Address", placeholder: "https://api.example.com/orders" },
    { key: "headers", is: "named", name: "Header", value: "Value", label: "Headers", more: true },
    { key: "body", is: "words", label: "Body", when: (step) => step.method !== "GET" },
  ],
  respond: [{ key: "status", is: "number", min: 200, max: 599, label: "Status" }, { key: "body", is: "words", label: "Answer" }],
  webhook_out: [
    { key: "url", is: "line", label: "Address", placeholder: "https://example.com/hooks" },
    { key: "connection", is: "connection", kinds: ["webhook", ...HTTP], label: "Account", more: true },
    { key: "event", is: "plain", label: "Event", placeholder: "order.paid" },
    { key: "body", is: "words", label: "Body", help: "JSON, with values in it. Left empty: the row." },
  ],
  sql: [
    { key: "connection", is: "connection", kinds: DATABASES, label: "Database" },
    { key: "query", is: "code", label: "Statement", placeholder: "select name, total from orders where id = :order", help: "Values are bound by name; nothing is spliced in." },
    { key: "values", is: "named", name: "Name", value: "Value", label: "Bound values" },
    { key: "write", is: "switch", label: "May change data", help: "Off: the database is only read." },
  ],
  mcp_tool: [
    { key: "connection", is: "connection", kinds: ["mcp"], label: "Server" },
    { key: "tool", is: "tool", label: "Tool" },
    { key: "arguments", is: "named", name: "Argument", value: "Value", label: "Arguments" },
  ],
  operation: [
    { key: "connection", is: "connection", kinds: ["openapi"], label: "Document" },
    { key: "operation", is: "operation", label: "Operation" },
    { key: "arguments", is: "named", name: "Argument", value: "Value", label: "Arguments" },
  ],
};

const MANY: Question = { key: "many", is: "choice", choices: [["each", "One run for each row"], ["together", "One run for all of them"]], label: "When many rows change at once", more: true };

export const TRIGGER_QUESTIONS: Record<Exclude<Trigger["kind"], "schedule">, Question[]> = {
  row_created: [{ key: "table", is: "table", label: "Table" }, { key: "filter", is: "filter", of: "table", label: "Only rows" }, MANY],
  row_changed: [
    { key: "table", is: "table", label: "Table" },
    { key: "fields", is: "fields", of: "table", label: "Fields that change", help: "Any field when none is chosen." },
    { key: "was", is: "filter", of: "table", label: "Before it was" },
    { key: "filter", is: "filter", of: "table", label: "Now it is" },
    MANY,
  ],
  row_deleted: [{ key: "table", is: "table", label: "Table" }, { key: "filter", is: "filter", of: "table", label: "Only rows" }, MANY],
  enters_view: [{ key: "view", is: "view", label: "View" }, MANY],
  date_reached: [
    { key: "table", is: "table", label: "Table" },
    { key: "field", is: "field", of: "table", kinds: ["date", "datetime", "created_at", "updated_at"], label: "Date" },
    { key: "days", is: "number", min: -3650, max: 3650, label: "Days after it", help: "Negative: days before." },
    { key: "time", is: "plain", label: "At", placeholder: "09:00" },
    { key: "filter", is: "filter", of: "table", label: "Only rows" },
  ],
  form_submitted: [{ key: "view", is: "view", kinds: ["form"], label: "Form" }],
  button: [
    { key: "table", is: "table", label: "On rows of" },
    { key: "label", is: "plain", label: "What the button says", placeholder: "Send the offer" },
    { key: "filter", is: "filter", of: "table", label: "Only rows" },
  ],
  webhook: [
    { key: "verify", is: "choice", choices: [["none", "Nothing: the address is secret enough"], ["secret", "A shared secret in a header"], ["standard", "Standard Webhooks signature"], ["github", "GitHub signature"], ["stripe", "Stripe signature"], ["slack", "Slack signature"]], label: "The caller proves itself by" },
    { key: "header", is: "plain", label: "Header with the secret", placeholder: "X-Secret", when: (step) => step.verify === "secret" },
    { key: "dedupe", is: "plain", label: "The same delivery has the same", placeholder: "header: X-Id, or body: id", help: "Left empty: the signature’s own id, else the whole body.", more: true },
    { key: "status", is: "number", min: 200, max: 299, label: "Answers with status", more: true },
    { key: "answer", is: "plain", label: "Answers with", more: true, help: "A step “Answer the caller” goes before this." },
  ],
  email: [{ key: "connection", is: "connection", kinds: ["imap"], label: "Mailbox" }, { key: "folder", is: "plain", label: "Folder", placeholder: "INBOX" }],
  message: [{ key: "coworker", is: "coworker", label: "Co-worker" }],
  called: [{ key: "inputs", is: "inputs", label: "What callers give" }],
};

/** A new step, as whole as it can be: the table of the trigger's row, its first fields. */
export function freshStep(kind: Step["kind"], spec: App, automation: Automation): Step {
  const table = triggerTable(spec, automation.trigger) ?? spec.tables?.[0]?.id ?? "";
  const whole = spec.tables?.find((one) => one.id === table);
  const title = whole && titleField(whole)?.id;
  const email = whole?.fields?.find((field) => field.kind === "email");
  const mine = triggerTable(spec, automation.trigger) === table;
  switch (kind) {
    case "find_rows": case "create_row": case "update_row": case "delete_row": case "changes": case "aggregate": return { kind, table } as Step;
    case "upsert_row": return { kind, table, match: title ? [title] : [] } as Step;
    case "branch": return { kind, filter: { match: "all", of: [] }, then: [], otherwise: [] };
    case "switch": return { kind, cases: [{ name: "First path", then: [] }, { name: "Second path", then: [] }], otherwise: [] };
    case "for_each": return { kind, steps: [] };
    case "wait": return { kind, seconds: 86_400 };
    case "call": return { kind, automation: spec.automations?.find((one) => one.id !== automation.id && one.trigger.kind === "called")?.id ?? "" };
    case "ask_coworker": return { kind, coworker: spec.coworkers?.[0]?.id ?? "" };
    case "send_email": return { kind, to: mine && email ? `{${email.name}}` : "" };
    case "send_message": return { kind, via: "slack" };
    case "notify": return { kind, to: "everyone" };
    case "approval": return { kind, by: "everyone", question: "" };
    case "chart": return { kind, table, by: title ? { field: whole?.fields?.find((field) => field.kind === "select")?.id ?? title } : null };
    case "sheet": return { kind, table };
    case "http_request": return { kind, method: "POST" };
    default: return { kind } as Step;
  }
}

/** Another trigger, about the same table where it has one. */
export function freshTrigger(kind: Trigger["kind"], spec: App, was: Trigger): Trigger {
  const table = triggerTable(spec, was) ?? spec.tables?.[0]?.id ?? "";
  const fields = spec.tables?.find((one) => one.id === table)?.fields ?? [];
  switch (kind) {
    case "schedule": return { kind, cron: "0 9 * * 1-5", words: "every weekday at 9:00" };
    case "row_created": case "row_changed": case "row_deleted": return { kind, table } as Trigger;
    case "enters_view": return { kind, view: spec.views?.find((one) => "table" in one && one.kind !== "form" && one.table === table)?.id ?? spec.views?.[0]?.id ?? "" };
    case "form_submitted": return { kind, view: spec.views?.find((one) => one.kind === "form")?.id ?? "" };
    case "date_reached": return { kind, table, field: fields.find((field) => field.kind === "date" || field.kind === "datetime")?.id ?? "", days: 0, time: "09:00" };
    case "button": return { kind, table, label: "Go" };
    case "message": return { kind, coworker: spec.coworkers?.[0]?.id ?? "" };
    default: return { kind } as Trigger;
  }
}

/** Why a kind cannot be chosen in this app. */
export function lacks(kind: Step["kind"] | Trigger["kind"], spec: App, automation: Automation): string | undefined {
  if (kind === "form_submitted" && !spec.views?.some((one) => one.kind === "form")) return "This app has no form yet";
  if ((kind === "ask_coworker" || kind === "message") && !spec.coworkers?.length) return "This app has no co-worker yet";
  if (kind === "call" && !spec.automations?.some((one) => one.id !== automation.id && one.trigger.kind === "called")) return "No other automation waits to be started";
  if (kind === "date_reached" && !spec.tables?.some((table) => table.fields?.some((field) => field.kind === "date" || field.kind === "datetime"))) return "No table has a date yet";
  if (kind === "respond" && automation.trigger.kind !== "webhook") return "Only for what starts by a web address";
  if (!spec.tables?.length && TABLE_KINDS.has(kind)) return "This app has no table yet";
  return undefined;
}
const TABLE_KINDS = new Set<string>(["find_rows", "create_row", "update_row", "upsert_row", "delete_row", "aggregate", "changes", "row_created", "row_changed", "row_deleted", "enters_view", "button", "sheet", "chart"]);


