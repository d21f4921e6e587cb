import assert from "node:assert/strict";
import { test } from "node:test";
import { locale } from "../../src/lib/format";
import type { Field } from "../../src/lib/spec";
import { figures, isAdditive, measureSaid } from "../../src/views/chart/figures";
import { type Looks, isSideways, option } from "../../src/views/chart/option";
import { plotted, sentence } from "../../src/views/chart/series";

locale.current = "en-GB";
const count = { measure: "Number of rows", additive: true };
const looks: Looks = { ink: "#111", ink2: "#222", ink3: "#333", line: "#ddd", line2: "#ccc", surface: "#fff", tip: "#000", onTip: "#fff", series: ["1", "2", "3", "4", "5", "6"], font: "Inter" };

test("months without rows are gaps that one can see", () => {
  const p = plotted([{ key: "2026-09-01", value: 4 }, { key: "2026-12-01", value: "2" }, { key: null, value: 1 }], { ...count, bucket: "month" });
  assert.deepEqual(p.categories.map((c) => c.name), ["Sept 2026", "Oct 2026", "Nov 2026", "Dec 2026", "No value"]);
  assert.deepEqual(p.series[0]!.values, [4, null, null, 2, 1]);
});

test("a split makes one series each, in the order of its choices", () => {
  const p = plotted(
    [{ key: "b", split: "x", value: 1 }, { key: "a", split: "y", value: 2 }, { key: "a", split: null, value: 3 }],
    { ...count, split: true, names: new Map([["a", "Alpha"], ["b", "Beta"]]), splitNames: new Map([["y", "Why"], ["x", "Ex"]]) },
  );
  assert.deepEqual(p.categories.map((c) => c.name), ["Alpha", "Beta"]);
  assert.deepEqual(p.series.map((s) => [s.name, s.values]), [["Why", [2, null]], ["Ex", [null, 1]], ["No value", [3, null]]]);
});

test("a seventh series is gathered into the rest, and nothing is lost", () => {
  const p = plotted(Array.from({ length: 9 }, (_, i) => ({ key: "a", split: `s${i}`, value: i + 1 })), { ...count, split: true });
  assert.equal(p.series.length, 6);
  assert.deepEqual([p.series[5]!.name, p.series[5]!.rest], ["4 others", true]);
  assert.equal(p.series.reduce((sum, s) => sum + s.values[0]!, 0), 45);
});

test("averages are never added up", () => {
  const p = plotted(Array.from({ length: 9 }, (_, i) => ({ key: "a", split: `s${i}`, value: i })), { measure: "Average", additive: false, split: true });
  assert.equal(p.series.length, 9);
  assert.equal(isAdditive({ summary: "average" }), false);
});

test("many slices become the largest and the others", () => {
  const p = plotted(Array.from({ length: 50 }, (_, i) => ({ key: `k${i}`, value: i })), { ...count, categoriesMax: 6 });
  assert.equal(p.categories.length, 6);
  assert.equal(p.series[0]!.values.reduce((a, b) => a! + b!, 0), 1225);
});

test("the sentence names the smallest and the largest", () => {
  const p = plotted([{ key: "a", name: "Alpha", value: 2 }, { key: "b", name: "Beta", value: 9 }], count);
  assert.equal(sentence("Work", p, (v) => `${v} rows`), "Work. 2 figures, from 2 rows (Alpha) to 9 rows (Beta).");
  assert.equal(sentence("Work", plotted([], count), String), "Work. No figures.");
});

test("figures wear their field's clothes", () => {
  const money = { kind: "money", id: "m", name: "Budget", currency: "EUR" } as unknown as Field;
  assert.equal(figures({ summary: "sum", field: "m" }, money).short(21_400), "€21.4k");
  assert.equal(figures({ summary: "sum", field: "m" }, money).long(21_400), "€21,400");
  assert.equal(figures({ summary: "average", field: "m" }, money).long(21_400.5), "€21,400.50");
  assert.equal(figures({ summary: "count" }, money).long(3), "3");
  assert.equal(measureSaid({ summary: "sum", field: "m" }, money), "Sum of Budget");
  const share = { kind: "percent", id: "p", name: "Won" } as unknown as Field;
  assert.equal(figures({ summary: "average", field: "p" }, share).long(0.615), "61.5%");
});

test("options say stacked bars, dashed second lines and colours of the house", () => {
  const p = plotted([{ key: "a", split: "x", value: 1 }, { key: "a", split: "y", value: 2 }], { ...count, split: true });
  const how = { bucketed: false, additive: true, whole: true };
  const f = figures({}, undefined);
  const bars = option("bar", p, looks, f, how).series as { stack?: string; color: string }[];
  assert.deepEqual(bars.map((b) => [b.stack, b.color]), [["all", "1"], ["all", "2"]]);
  const lines = option("line", p, looks, f, how).series as { lineStyle: { type: unknown }; stack?: string }[];
  assert.deepEqual(lines.map((l) => l.lineStyle.type), ["solid", [5, 4]]);
  assert.equal(lines[0]!.stack, undefined);
  const apart = option("bar", p, looks, f, { ...how, additive: false }).series as { stack?: string }[];
  assert.equal(apart[0]!.stack, undefined, "averages are not stacked");
});

test("long names lie down", () => {
  const long = plotted([{ key: "a", name: "Waiting for the customer", value: 1 }], count);
  assert.ok(isSideways("bar", long, false));
  assert.ok(!isSideways("line", long, false));
});

test("a slice leaves out what is not there and keeps its colour", () => {
  const p = plotted([{ key: "a", value: 0 }, { key: "b", value: 2 }], count);
  const [pie] = option("pie", p, looks, figures({}, undefined), { bucketed: false, additive: true, whole: true }).series as { data: { name: string; itemStyle: { color: string } }[] }[];
  assert.deepEqual(pie!.data.map((d) => [d.name, d.itemStyle.color]), [["b", "2"]]);
});

test("an answer that says split: null without being asked to split is one series, named by its measure", () => {
  const p = plotted([{ key: "a", split: null, value: 1 }, { key: "b", split: null, value: 2 }], count);
  assert.deepEqual(p.series.map((s) => [s.name, s.values]), [["Number of rows", [1, 2]]]);
});

test("a line through time leaves out rows without a day", () => {
  const p = plotted([{ key: "2026-11-01", value: 4 }, { key: null, value: 1 }], { ...count, bucket: "month", datedOnly: true });
  assert.deepEqual(p.categories.map((c) => c.name), ["Nov 2026"]);
});

test("on a line through time a month without rows is nought for sums, and a gap for averages", () => {
  const answer = [{ key: "2026-09-01", value: 4 }, { key: "2026-11-01", value: 2 }];
  assert.deepEqual(plotted(answer, { ...count, bucket: "month", datedOnly: true }).series[0]!.values, [4, 0, 2]);
  assert.deepEqual(plotted(answer, { measure: "Average", additive: false, bucket: "month", datedOnly: true }).series[0]!.values, [4, null, 2]);
});
