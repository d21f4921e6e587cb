import assert from "node:assert/strict";
import { test } from "node:test";
import { indexAt, movedTo, spots, stepped, widened } from "../../src/views/dashboard/layout";
import { beforehand, compared, during, recent, sparkDays } from "../../src/views/dashboard/spans";
import { dayFrom, isoOf } from "../../src/views/days";

const tile = (id: string, width: number, height = 1) => ({ id, width, height });
const tiles = [tile("a", 3), tile("b", 3), tile("c", 8, 2), tile("d", 4, 2), tile("e", 12)];

test("tiles stand where a CSS grid puts them", () => {
  assert.deepEqual(spots(tiles).map((s) => [s.id, s.column, s.row]), [["a", 0, 0], ["b", 3, 0], ["c", 0, 1], ["d", 8, 1], ["e", 0, 3]]);
  assert.deepEqual(spots([tile("a", 6, 2), tile("b", 4), tile("c", 8)]).map((s) => [s.column, s.row]), [[0, 0], [6, 0], [0, 2]]);
});

test("arrows move a tile along and across the lines", () => {
  assert.equal(stepped(tiles, "a", "left"), null);
  assert.equal(stepped(tiles, "a", "right"), 1);
  assert.equal(stepped(tiles, "b", "down"), 2);
  assert.equal(stepped(tiles, "e", "up"), 2);
  assert.equal(stepped(tiles, "e", "down"), null);
  assert.deepEqual(movedTo(tiles, "e", 0).map((t) => t.id), ["e", "a", "b", "c", "d"]);
});

test("sizes stay within the page", () => {
  assert.equal(widened(12, 1), 12);
  assert.equal(widened(2, -1), 2);
  assert.equal(widened(4, 1), 5);
});

test("a held tile goes before the one whose left half it is over", () => {
  const boxes = [{ id: "a", left: 0, top: 0, width: 100, height: 50 }, { id: "b", left: 110, top: 0, width: 100, height: 50 }, { id: "c", left: 0, top: 60, width: 210, height: 50 }];
  assert.equal(indexAt(boxes, "c", 20, 20), 0);
  assert.equal(indexAt(boxes, "c", 90, 20), 1);
  assert.equal(indexAt(boxes, "a", 300, 500), 2);
});

test("a figure is set against the span before, on top of the tile's own filter", () => {
  const own = { match: "all" as const, of: [{ field: "paid", op: "is" as const, value: true }] };
  assert.deepEqual(during(own, "at", "month"), { match: "all", of: [own, { field: "at", op: "within", value: "this_month" }] });
  assert.deepEqual(beforehand(undefined, "at", "day"), { match: "all", of: [{ field: "at", op: "within", value: "yesterday" }] });
});

test("changes have a sign, and nothing is compared with nothing", () => {
  assert.deepEqual(compared(109.5, 100, false), { direction: "up", said: "+9.5%" });
  assert.deepEqual(compared(0.61, 0.57, true), { direction: "up", said: "+4 pts" });
  assert.deepEqual(compared(50, 100, false), { direction: "down", said: "−50%" });
  assert.deepEqual(compared(5, 5, false), { direction: "same", said: "no change" });
  assert.equal(compared(5, 0, false), null);
  assert.equal(compared(null, 5, false), null);
});

test("a sparkline has twelve spans, this one last", () => {
  const days = sparkDays("month", dayFrom("2026-11-22"));
  assert.deepEqual([days.length, isoOf(days[0]!), isoOf(days[11]!)], [12, "2025-12-01", "2026-11-01"]);
  const of = recent(undefined, "at", "month", dayFrom("2026-11-22")).of as { value: string }[];
  assert.deepEqual(of.map((c) => c.value), ["2025-12-01", "2026-12-01"]);
});
