import assert from "node:assert/strict";
import { test } from "node:test";
import type { Group } from "../../src/lib/shapes";
import type { Table } from "../../src/lib/spec";
import { nested } from "../../src/views/grid/groups";

const table = { id: "t", name: "T", fields: [{ id: "stage", name: "Stage", kind: "select" }, { id: "who", name: "Who", kind: "person" }, { id: "worth", name: "Worth", kind: "money" }] } as unknown as Table;
const group = (key: unknown, name: string, count: number, worth: string): Group => ({ key: key as never, name, count, summaries: { worth } }) as Group;

test("one grouping: a heading a group", () => {
  const flat = nested([group("won", "Won", 2, "3.00"), group(null, "No value", 1, "0.00")], [{ field: "stage" }], table, { worth: "sum" });
  assert.deepEqual(flat.map((g) => [g.key, g.level, g.count]), [['/"won"', 0, 2], ["/null", 0, 1]]);
});

test("two groupings: the outer one adds up what adds up", () => {
  const flat = nested([group(["won", "m_ana"], "Won · Ana", 2, "1.10"), group(["won", "m_ben"], "Won · Ben", 1, "2.20"), group(["lost", "m_ana"], "Lost · Ana", 4, "0.00")], [{ field: "stage" }, { field: "who" }], table, { worth: "sum" });
  assert.deepEqual(flat.map((g) => [g.group.name, g.level, g.count, g.group.summaries.worth]), [["Won", 0, 3, "3.30"], ["Ana", 1, 2, "1.10"], ["Ben", 1, 1, "2.20"], ["Lost", 0, 4, "0.00"], ["Ana", 1, 4, "0.00"]]);
  const average = nested([group(["won", "m_ana"], "Won · Ana", 2, "1.10")], [{ field: "stage" }, { field: "who" }], table, { worth: "average" });
  assert.deepEqual(average[0]!.group.summaries, {}, "averages do not add up");
});
