import assert from "node:assert/strict";
import { test } from "node:test";
import type { Field } from "../../src/lib/spec";
import { behind, keyed } from "../../src/views/chart/mark";
import { plotted } from "../../src/views/chart/series";
import { movedTo, questions, unasked } from "../../src/views/form/questions";
import type { Form, Table } from "../../src/lib/spec";
import { pulled } from "../../src/views/calendar/pulled";
import { dayFrom } from "../../src/views/days";

const status = { kind: "select", id: "status", name: "Status" } as unknown as Field;
const due = { kind: "date", id: "due", name: "Due" } as unknown as Field;
const lead = { kind: "person", id: "lead", name: "Lead" } as unknown as Field;

test("a mark opens exactly its rows", () => {
  assert.deepEqual(keyed(status, "won", null), [{ field: "status", op: "is", value: "won" }]);
  assert.deepEqual(keyed(status, null, null), [{ field: "status", op: "empty" }]);
  assert.deepEqual(keyed(lead, "m_ana", null), [{ field: "lead", op: "any_of", value: ["m_ana"] }]);
  assert.deepEqual(keyed(due, "2026-10-01", "quarter"), [{ field: "due", op: "gte", value: "2026-10-01" }, { field: "due", op: "lt", value: "2027-01-01" }]);
});

test("the rest is everything but what has a mark of its own", () => {
  const p = plotted(Array.from({ length: 9 }, (_, i) => ({ key: `k${i}`, value: i + 1 })), { measure: "Rows", additive: true, categoriesMax: 3 });
  const conditions = behind(p, { category: p.categories.findIndex((c) => c.rest), series: 0 }, status, undefined, null);
  assert.deepEqual(conditions, [{ field: "status", op: "is_not", value: "k7" }, { field: "status", op: "is_not", value: "k8" }]);
});

const table = { id: "t", name: "T", fields: [
  { kind: "text", id: "name", name: "Name", required: true }, { kind: "formula", id: "sum", name: "Sum", formula: "1" }, { kind: "person", id: "lead", name: "Lead" }, { kind: "date", id: "due", name: "Due", description: "When?" },
] } as unknown as Table;

test("a form asks what can be written, in its own words", () => {
  const form = { id: "f", name: "F", kind: "form", table: "t", fields: [{ field: "due", label: "By when", help: "", required: false }, { field: "sum" }, { field: "name" }] } as unknown as Form;
  assert.deepEqual(questions(form, table).map((q) => [q.label, q.help, q.required]), [["By when", "When?", false], ["Name", "", true]]);
  assert.deepEqual(unasked(form, table).map((f) => f.id), ["lead"]);
  assert.deepEqual(questions({ ...form, fields: [] }, table).map((q) => q.inside), [false, true, false], "all that can be filled in when it names none");
  assert.deepEqual(movedTo(["a", "b", "c"], 0, 2), ["b", "c", "a"]);
});

const times = { start: { id: "from", kind: "datetime", writable: true }, end: { id: "till", kind: "datetime", writable: true }, zone: "UTC" };
const at = (day: string, minutes = 0) => ({ day: dayFrom(day), minutes });

test("drawing over hours makes a row of that length, drawing over days one of those days", () => {
  assert.deepEqual(pulled({ grip: { kind: "new" }, from: at("2026-11-03", 600), to: at("2026-11-03", 690), clocked: true }, null, times), { from: "2026-11-03T10:00:00Z", till: "2026-11-03T11:30:00Z" });
  assert.deepEqual(pulled({ grip: { kind: "new" }, from: at("2026-11-05"), to: at("2026-11-03"), clocked: false }, null, times), { from: "2026-11-03T09:00:00Z", till: "2026-11-05T17:00:00Z" });
});

test("a row without a day gets the one it is dropped on", () => {
  const dates = { ...times, start: { id: "from", kind: "date", writable: true }, end: null };
  assert.deepEqual(pulled({ grip: { kind: "move", id: 1 }, from: at("2026-11-01"), to: at("2026-11-03"), clocked: false }, null, dates), { from: "2026-11-03" });
  assert.equal(pulled({ grip: { kind: "move", id: 1 }, from: at("2026-11-03"), to: at("2026-11-03"), clocked: false }, { id: 1, title: "", from: dayFrom("2026-11-03"), to: dayFrom("2026-11-03"), start: null, end: null, endDay: dayFrom("2026-11-03") }, dates), null, "put back where it was: nothing to write");
});
