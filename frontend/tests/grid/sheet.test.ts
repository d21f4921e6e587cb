import assert from "node:assert/strict";
import { test } from "node:test";
import type { Field } from "../../src/lib/spec";
import { filled } from "../../src/views/grid/fill";
import { commandFor } from "../../src/views/grid/keys";
import { at, areaOf, cellsIn, kept, pulled, wholeLane } from "../../src/views/grid/selection";
import { fromTsv, tiled, toHtml, toTsv } from "../../src/views/grid/sheet";

test("what is copied comes back, whatever is in a cell", () => {
  const cells = [["plain", "tab\there", 'a "quoted" word'], ["two\nlines", "", '"']];
  assert.deepEqual(fromTsv(toTsv(cells)), cells);
});

test("spreadsheets' own text", () => {
  assert.deepEqual(fromTsv("a\tb\r\n1\t2\r\n"), [["a", "b"], ["1", "2"]]);
  assert.deepEqual(fromTsv('"Ana" Ltd\tx'), [['"Ana" Ltd', "x"]]);
  assert.deepEqual(fromTsv('"two\nlines"\tx'), [["two\nlines", "x"]]);
  assert.deepEqual(fromTsv("a\tb\nc"), [["a", "b"], ["c", ""]]);
  assert.deepEqual(fromTsv("one"), [["one"]]);
});

test("html is escaped", () => {
  assert.equal(toHtml([["<b>&"]]), '<meta charset="utf-8"><table><tr><td>&lt;b&gt;&amp;</td></tr></table>');
});

test("a small block repeats over a larger choice only when it fits", () => {
  assert.deepEqual(tiled([["x"]], 2, 2), [["x", "x"], ["x", "x"]]);
  assert.deepEqual(tiled([["a"], ["b"]], 4, 1), [["a"], ["b"], ["a"], ["b"]]);
  assert.deepEqual(tiled([["a"], ["b"]], 3, 1), [["a"], ["b"]]);
});

const field = (kind: string) => ({ id: "x", name: "X", kind }) as Field;
test("filling repeats, or goes on where figures and days march evenly", () => {
  assert.deepEqual(filled(field("text"), ["a", "b"], 3), ["a", "b", "a"]);
  assert.deepEqual(filled(field("number"), [1, 3], 3), [5, 7, 9]);
  assert.deepEqual(filled(field("number"), [5], 2), [5, 5]);
  assert.deepEqual(filled(field("number"), [1, 2, 4], 2), [1, 2]);
  assert.deepEqual(filled(field("number"), [4, 6], 2, true), [2, 0]);
  assert.deepEqual(filled(field("date"), ["2026-11-27", "2026-12-04"], 2), ["2026-12-11", "2026-12-18"]);
  assert.deepEqual(filled(field("number"), [0.1, 0.2], 1), [0.3]);
});

test("selection: rectangles from either side, kept inside the sheet", () => {
  assert.deepEqual(areaOf({ active: { row: 5, lane: 3 }, end: { row: 2, lane: 1 } }), { top: 2, bottom: 5, left: 1, right: 3 });
  assert.equal(cellsIn(areaOf(wholeLane(1, 2, { rows: 10, lanes: 4 }))), 20);
  assert.deepEqual(kept(at(9, 9), { rows: 3, lanes: 2 }), at(2, 1));
});

test("the handle goes one way, the farther one", () => {
  const area = { top: 2, bottom: 3, left: 1, right: 1 };
  assert.deepEqual(pulled(area, { row: 6, lane: 2 }), { area: { top: 4, bottom: 6, left: 1, right: 1 }, way: "down" });
  assert.deepEqual(pulled(area, { row: 2, lane: 4 }), { area: { top: 2, bottom: 3, left: 2, right: 4 }, way: "right" });
  assert.equal(pulled(area, { row: 3, lane: 1 }), null);
});

test("keys", () => {
  const key = (name: string, more: object = {}) => commandFor({ key: name, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...more });
  assert.deepEqual(key("ArrowDown", { shiftKey: true }), { do: "move", rows: 1, lanes: 0, extend: true });
  assert.deepEqual(key("ArrowUp", { metaKey: true }), { do: "edge", way: "up", extend: false });
  assert.deepEqual(key("a"), { do: "type", text: "a" });
  assert.deepEqual(key("a", { ctrlKey: true }), { do: "all" });
  assert.deepEqual(key("d", { metaKey: true }), { do: "fill_down" });
  assert.deepEqual(key(" "), { do: "open" });
  assert.deepEqual(key("F2"), { do: "edit" });
  assert.deepEqual(key("ArrowDown", { altKey: true }), { do: "carry", by: 1 });
  assert.deepEqual(key("ArrowLeft", { altKey: true, shiftKey: true }), { do: "reorder", by: -1 });
  assert.equal(key("/"), null, "finding is the view's");
  assert.equal(key("z", { ctrlKey: true }), null, "undo is the app's");
  assert.equal(key("c", { ctrlKey: true }), null, "copying is the browser's");
});
