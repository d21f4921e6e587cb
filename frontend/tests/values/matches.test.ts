import assert from "node:assert/strict";
import { test } from "node:test";
import type { Row } from "../../src/lib/shapes";
import type { Condition, Field, Filter } from "../../src/lib/spec";
import { matches, spanOf } from "../../src/lib/values/matches";

const fields = [
  { id: "name", name: "Name", kind: "text" }, { id: "stage", name: "Stage", kind: "select", options: [] }, { id: "tags", name: "Tags", kind: "multi_select", options: [] },
  { id: "worth", name: "Worth", kind: "money" }, { id: "due", name: "Due", kind: "date" }, { id: "done", name: "Done", kind: "checkbox" }, { id: "who", name: "Who", kind: "person" },
] as Field[];
const row = { id: 1, version: 1, values: { name: "Otto", stage: "won", tags: ["a", "b"], worth: "120.00", due: "2026-11-24", done: false, who: ["m_ana"] } } as unknown as Row;
const now = { me: "m_ana", today: new Date(2026, 10, 22) };
const meets = (...of: (Condition | Filter)[]) => matches(row, { match: "all", of }, fields, now);

test("conditions by kind", () => {
  const yes: Condition[] = [
    { field: "name", op: "contains", value: "TT" }, { field: "stage", op: "any_of", value: ["won", "lost"] }, { field: "tags", op: "all_of", value: ["a"] }, { field: "worth", op: "gt", value: 100 },
    { field: "due", op: "within", value: "next_week" }, { field: "due", op: "gt", value: "today" }, { field: "done", op: "is", value: false }, { field: "who", op: "any_of", value: ["me"] }, { field: "name", op: "not_empty" },
  ];
  for (const one of yes) assert.equal(meets(one), true, JSON.stringify(one));
  const no: Condition[] = [
    { field: "name", op: "starts_with", value: "x" }, { field: "stage", op: "none_of", value: ["won"] }, { field: "tags", op: "is", value: ["a"] }, { field: "worth", op: "lte", value: "119.99" },
    { field: "due", op: "within", value: "this_week" }, { field: "due", op: "empty" }, { field: "done", op: "is", value: true }, { field: "who", op: "empty" },
  ];
  for (const one of no) assert.equal(meets(one), false, JSON.stringify(one));
});

test("and, or, one inside the other", () => {
  const won: Condition = { field: "stage", op: "any_of", value: ["won"] }, rich: Condition = { field: "worth", op: "gt", value: 1000 };
  assert.equal(meets({ match: "any", of: [won, rich] }), true);
  assert.equal(meets(won, rich), false);
  assert.equal(meets(won, { match: "any", of: [rich, { field: "name", op: "is", value: "otto" }] }), true);
  assert.equal(meets(), true);
});

test("spans of days, weeks from Monday", () => {
  assert.deepEqual(spanOf("this_week", "2026-11-22"), ["2026-11-16", "2026-11-22"]);
  assert.deepEqual(spanOf("next_month", "2026-12-31"), ["2027-01-01", "2027-01-31"]);
  assert.deepEqual(spanOf("last_quarter", "2026-02-10"), ["2025-10-01", "2025-12-31"]);
  assert.deepEqual(spanOf("past", "2026-11-22"), [null, "2026-11-21"]);
});
