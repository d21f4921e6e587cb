import assert from "node:assert/strict";
import { test } from "node:test";
import { locale } from "../../src/lib/format";
import type { App, Step, Trigger } from "../../src/lib/spec";
import { filterText, scheduleText, stepText, triggerText, waitText } from "../../src/screens/app/sentences";

locale.current = "en-GB";
const app = { id: "desk", name: "Desk", tables: [{ id: "tickets", name: "Tickets", fields: [{ id: "state", name: "State", kind: "select", options: [{ id: "open", name: "Open" }, { id: "urgent", name: "Urgent" }] }, { id: "due", name: "Due", kind: "date" }] }], views: [{ id: "form", name: "New ticket", kind: "form", table: "tickets" }] } as unknown as App;

test("schedules are read out", () => {
  assert.equal(scheduleText("0 9 * * 1"), "Every Monday at 09:00");
  assert.equal(scheduleText("30 17 * * 1-5"), "Every working day at 17:30");
  assert.equal(scheduleText("0 8 1 * *"), "On day 1 of every month at 08:00");
  assert.equal(scheduleText("0 9 * * 1,4"), "Every Monday and Thursday at 09:00");
  assert.equal(scheduleText("*/5 * * * *"), "On the schedule */5 * * * *");
  assert.equal(scheduleText("0 9 * * 1", "every monday at 9 send the list"), "Every Monday at 09:00");
  assert.equal(scheduleText("0 9 * * 1#2", "every second monday"), "Every second monday");
});

test("what starts a rule is a sentence with the names that people know", () => {
  const said: [Trigger, string][] = [
    [{ kind: "row_created", table: "tickets" }, "When a row is added to Tickets"],
    [{ kind: "row_changed", table: "tickets", filter: { match: "all", of: [{ field: "state", op: "is", value: "urgent" }] } }, "When a row of Tickets changes so that State is Urgent"],
    [{ kind: "date_reached", table: "tickets", field: "due", days: -1, time: "09:00" }, "1 day before Due in Tickets, at 09:00"],
    [{ kind: "form_submitted", view: "form" }, "When New ticket is sent in"],
  ];
  for (const [trigger, words] of said) assert.equal(triggerText(app, trigger), words);
});

test("filters and steps too", () => {
  assert.equal(filterText(app, "tickets", { match: "any", of: [{ field: "state", op: "any_of", value: ["open", "urgent"] }, { field: "due", op: "within", value: "this_week" }] }), "State is one of Open and Urgent or Due is within this week");
  assert.equal(stepText(app, { kind: "update_row", table: "tickets", values: { state: "open" } } as Step), "set State in Tickets");
  assert.equal(waitText(172_800), "2 days");
  assert.equal(waitText(90), "90 seconds");
});
