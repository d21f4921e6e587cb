import assert from "node:assert/strict";
import { test } from "node:test";
import type { Field } from "../../src/lib/spec";
import { NO_VALUE, columns, conditionOf, fullness } from "../../src/views/board/columns";
import { before, indexAt, neighbouring, placed, stepped } from "../../src/views/board/ordering";

const status = { kind: "select", id: "status", name: "Status", options: [{ id: "todo", name: "To do", hue: "blue" }, { id: "done", name: "Done", hue: "green" }] } as unknown as Field;

test("columns are the choices in their order, with rows without one first", () => {
  const found = columns(status, [{ key: "done", name: "Done", count: 2, summaries: { worth: "12.50" } }, { key: null, name: null, count: 1 }], [], { done: 2 });
  assert.deepEqual(found.map((c) => [c.key, c.name, c.count]), [["", "No status", 1], ["todo", "To do", 0], ["done", "Done", 2]]);
  assert.equal(found[2]!.summaries.worth, "12.50");
  assert.deepEqual(found.map(fullness), ["fits", "fits", "full"]);
});

test("a required choice has no column without one, unless a row is in it", () => {
  const required = { ...status, required: true } as Field;
  assert.ok(!columns(required, []).some((c) => c.key === NO_VALUE));
  assert.ok(columns(required, [{ key: null, name: null, count: 1 }]).some((c) => c.key === NO_VALUE));
});

test("people are known by id, and rows of others are not lost", () => {
  const lead = { kind: "person", id: "lead", name: "Lead" } as unknown as Field;
  const found = columns(lead, [{ key: ["m_ben"], name: "Ben", count: 3 }, { key: "m_gone", name: "Gone", count: 1 }], [{ id: "m_ana", name: "Ana" }, { id: "m_ben", name: "Ben" }]);
  assert.deepEqual(found.map((c) => [c.key, c.count]), [["", 0], ["m_ana", 0], ["m_ben", 3], ["m_gone", 1]]);
  assert.deepEqual(found[2]!.value, ["m_ben"]);
  assert.deepEqual(conditionOf(lead, found[0]!), { field: "lead", op: "empty" });
});

test("yes and no are two columns, linked rows one each", () => {
  const paid = { kind: "checkbox", id: "paid", name: "Paid" } as unknown as Field;
  assert.deepEqual(columns(paid, [{ key: true, name: "true", count: 4 }]).map((c) => [c.name, c.count, c.value]), [["Not paid", 0, false], ["Paid", 4, true]]);
  const client = { kind: "link", id: "client", name: "Client", to: "clients" } as unknown as Field;
  const found = columns(client, [{ key: 7, name: "Otto", count: 1 }, { key: { id: 3, name: "Iris" }, name: "Iris", count: 2 }]);
  assert.deepEqual(found.map((c) => [c.name, c.value]), [["No client", []], ["Iris", [3]], ["Otto", [7]]]);
});

const order = { a: [1, 2, 3], b: [], c: [4, 5] };
const keys = ["a", "b", "c"];

test("a card lands where it is dropped and leaves its place", () => {
  assert.deepEqual(placed(order, 2, { column: "c", index: 1 }), { a: [1, 3], b: [], c: [4, 2, 5] });
  assert.deepEqual(placed(order, 1, { column: "a", index: 2 }), { a: [2, 3, 1], b: [], c: [4, 5] });
  assert.equal(before(order, 2, { column: "c", index: 1 }), 5);
  assert.equal(before(order, 1, { column: "a", index: 1 }), 3);
  assert.equal(before(order, 1, { column: "b", index: 0 }), null);
});

test("arrows skip empty columns, and moving does not", () => {
  assert.equal(neighbouring(keys, order, 3, "right"), 5);
  assert.equal(neighbouring(keys, order, 1, "up"), null);
  assert.equal(neighbouring(keys, order, 1, "left"), null);
  assert.deepEqual(stepped(keys, order, 3, "right"), { column: "b", index: 0 });
  assert.deepEqual(stepped(keys, order, 1, "down"), { column: "a", index: 1 });
  assert.equal(stepped(keys, order, 3, "down"), null);
});

test("a held card belongs before the first whose middle is below it", () => {
  assert.equal(indexAt([30, 90, 150], 10), 0);
  assert.equal(indexAt([30, 90, 150], 100), 2);
  assert.equal(indexAt([30, 90, 150], 400), 3);
});
