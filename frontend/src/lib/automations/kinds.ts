/** What each kind of trigger and step looks like: icon, name for people, a line for the picker, where it stands there. */
import type { IconName } from "../icons";
import type { Step, Trigger } from "../spec";

export interface Look {
  icon: IconName;
  /** Read over the card's title: "Send an e-mail". */
  label: string;
  /** One line for the picker. */
  help: string;
}
export type StepGroup = "Rows" | "The way through" | "People and models" | "Send" | "Make" | "Connected systems";
export type StepLook = Look & { group: StepGroup };

const look = (icon: IconName, label: string, help: string): Look => ({ icon, label, help });
const step = (group: StepGroup, icon: IconName, label: string, help: string): StepLook => ({ icon, label, help, group });

export const TRIGGER_KINDS: Record<Trigger["kind"], Look> = {
  row_created: look("circle-plus", "When a row is added", "By anyone, or by an import"),
  row_changed: look("pencil", "When a row changes", "Which fields, from what to what"),
  enters_view: look("eye", "When a row comes into a view", "It did not show there before"),
  row_deleted: look("trash-2", "When a row goes to the trash", ""),
  form_submitted: look("clipboard-list", "When a form is sent in", "Each answer is one row"),
  button: look("mouse-pointer-click", "When a button is pressed", "A button on each row of a table"),
  schedule: look("clock", "On a schedule", "Every weekday at 8:30, the first of the month, …"),
  date_reached: look("calendar-clock", "When a date is reached", "Or some days before or after it"),
  email: look("mail", "When an e-mail arrives", "In a mailbox that is connected"),
  message: look("message-square", "When a co-worker is written to", ""),
  webhook: look("webhook", "When its web address is called", "By another system, signed or with a secret"),
  called: look("zap", "When something else calls it", "Another automation, a co-worker, MCP or the API"),
};

export const STEP_KINDS: Record<Step["kind"], StepLook> = {
  find_rows: step("Rows", "search", "Find rows", "Of any table, by conditions"),
  create_row: step("Rows", "circle-plus", "Add a row", "To any table"),
  update_row: step("Rows", "pencil", "Change the row", "This one, or those that conditions find"),
  upsert_row: step("Rows", "refresh-cw", "Add or change a row", "Changes the one that is the same, else adds one"),
  delete_row: step("Rows", "trash-2", "Move the row to the trash", "From where it comes back"),
  aggregate: step("Rows", "sigma", "Work out figures", "Counts, sums and averages over rows"),
  changes: step("Rows", "activity", "See what changed", "Since the last run: added, changed, in the trash"),
  branch: step("The way through", "git-branch", "Choose a path", "One way when it fits, another when not"),
  switch: step("The way through", "waypoints", "Choose among several paths", "The first that fits is taken"),
  for_each: step("The way through", "repeat", "For each row", "The steps inside, once for each"),
  wait: step("The way through", "clock", "Wait", "Some time, until a day, or for an answer"),
  stop: step("The way through", "ban", "Stop here", "As done, or as failed with a message"),
  set_values: step("The way through", "square-function", "Work out values", "By formula, for later steps"),
  call: step("The way through", "zap", "Start another automation", "Of this app"),
  ai: step("People and models", "sparkles", "Ask a model", "Write, sort, read out, translate"),
  ask_coworker: step("People and models", "bot", "Ask a co-worker", "With its own knowledge and rights"),
  approval: step("People and models", "shield-check", "Ask a person", "Waits for a yes, in the app or by e-mail"),
  notify: step("People and models", "bell-ring", "Tell someone here", "In the workspace"),
  send_email: step("Send", "mail", "Send an e-mail", "With files, tables and charts in it"),
  send_message: step("Send", "message-square", "Send a message", "Slack, Teams, Discord, Telegram"),
  webhook_out: step("Send", "webhook", "Send a webhook", "Signed, tried again for three days"),
  respond: step("Send", "arrow-left", "Answer the caller", "Of this automation’s web address"),
  document: step("Make", "file-text", "Make a document", "PDF or HTML from a template"),
  chart: step("Make", "chart-column", "Draw a chart", "A picture for an e-mail"),
  sheet: step("Make", "file-spreadsheet", "Make a spreadsheet", "Rows as XLSX or CSV"),
  http_request: step("Connected systems", "globe", "Call a web address", "Any HTTP API"),
  sql: step("Connected systems", "database", "Ask a database", "One statement, values bound"),
  mcp_tool: step("Connected systems", "plug", "Use a tool", "Of a connected MCP server"),
  operation: step("Connected systems", "code", "Use an operation", "Of a connected OpenAPI document"),
};

export const STEP_GROUPS: readonly StepGroup[] = ["Rows", "The way through", "People and models", "Send", "Make", "Connected systems"];
