import assert from "node:assert/strict";
import { test } from "node:test";
import type { Field } from "../../src/lib/spec";
import { BAR_PIXELS_MAX, barHeight, barTop, moved, sheetTop } from "../../src/views/grid/depth";
import { laneAt, lanesBetween, lanesOf, reordered } from "../../src/views/grid/lanes";
import { linesBetween, linesOf, rowAt, stepped, topOf } from "../../src/views/grid/lines";

const WINDOW = 700;
test("every row of a million can be reached, and the bar stands where it should", () => {
  const sheet = 1_000_000 * 33;
  assert.equal(barHeight(sheet), BAR_PIXELS_MAX);
  for (const top of [0, 33, 199_000, 250_000, 5_000_000, 16_500_000, sheet - WINDOW - 300_000, sheet - WINDOW - 33, sheet - WINDOW]) {
    assert.ok(Math.abs(sheetTop(barTop(top, sheet, WINDOW), sheet, WINDOW) - top) < 0.5, String(top));
  }
  assert.equal(sheetTop(barHeight(sheet) - WINDOW, sheet, WINDOW), sheet - WINDOW);
});

test("small moves are one to one, jumps are scaled, both ends are exact", () => {
  const sheet = 1_000_000 * 33, from = { bar: barTop(9_000_000, sheet, WINDOW), top: 9_000_000 };
  const near = moved(from, from.bar + 100, sheet, WINDOW);
  assert.equal(near.top, 9_000_100);
  assert.equal(moved(from, 0, sheet, WINDOW).top, 0);
  assert.equal(moved(from, barHeight(sheet) - WINDOW, sheet, WINDOW).top, sheet - WINDOW);
  const far = moved(from, from.bar + 1_000_000, sheet, WINDOW);
  assert.ok(far.top > 9_000_000 + 1_500_000);
  assert.equal(moved({ bar: 0, top: 0 }, 500, 10_000, WINDOW).top, 500, "a short sheet is not scaled");
});

const fields = Array.from({ length: 300 }, (_, n) => ({ id: `f${n}`, name: `F${n}`, kind: "text" }) as Field);
test("only lanes in sight are drawn; frozen ones stay", () => {
  const lanes = lanesOf(fields, { f0: 200, f1: 100 }, 1);
  assert.equal(lanes.frozenWidth, 200);
  const [from, to] = lanesBetween(lanes, 20_000, 21_000);
  assert.ok(to - from < 12 && lanes.all[from]!.left <= 20_000 && lanes.all[to - 1]!.left + lanes.all[to - 1]!.width >= 21_000);
  assert.equal(laneAt(lanes, 10, 5_000), 0, "the frozen lane, however far the rest has gone");
  assert.equal(laneAt(lanes, 250, 0), 1);
  assert.deepEqual(lanesBetween(lanesOf(fields.slice(0, 1), {}, 1), 0, 900), [1, 1]);
});

test("fields are carried to another place", () => {
  assert.deepEqual(reordered(["a", "b", "c"], "a", "c"), ["b", "a", "c"]);
  assert.deepEqual(reordered(["a", "b", "c"], "a", null), ["b", "c", "a"]);
  assert.deepEqual(reordered(["a", "b", "c"], "b", "b"), ["a", "b", "c"]);
});

const groups = [{ key: "won", level: 0, count: 3 }, { key: "lost", level: 0, count: 0 }, { key: "open", level: 0, count: 1_000_000 }];
test("groups stand above their rows; folded ones take no room", () => {
  const open = linesOf(1_000_003, 30, groups);
  assert.deepEqual(linesBetween(open, 0, 100).map((l) => l.kind), ["group", "row", "row", "row"]);
  assert.equal(topOf(open, 3), 36 * 3 + 90);
  assert.equal(rowAt(open, topOf(open, 900_000)!), 900_000);
  const folded = linesOf(1_000_003, 30, groups, new Set(["won"]));
  assert.equal(topOf(folded, 0), null);
  assert.equal(topOf(folded, 3), 108);
  assert.equal(folded.rows, 1_000_000);
  assert.equal(stepped(folded, 3, -1), 3, "above the first row in sight there is none");
  assert.equal(stepped(open, 2, 1), 3, "from the last row of a group to the first of the next");
});

test("groups inside groups, and what is folded with the outer one", () => {
  const nested = [{ key: "a", level: 0, count: 3 }, { key: "a/x", level: 1, count: 1 }, { key: "a/y", level: 1, count: 2 }, { key: "b", level: 0, count: 1 }, { key: "b/x", level: 1, count: 1 }];
  assert.deepEqual(linesBetween(linesOf(4, 30, nested), 0, 1000).map((l) => (l.kind === "row" ? l.row : `g${l.group}`)), ["g0", "g1", 0, "g2", 1, 2, "g3", "g4", 3]);
  assert.deepEqual(linesBetween(linesOf(4, 30, nested, new Set(["a"])), 0, 1000).map((l) => (l.kind === "row" ? l.row : `g${l.group}`)), ["g0", "g3", "g4", 3]);
});
