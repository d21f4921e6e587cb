import assert from "node:assert/strict";
import { test } from "node:test";
import { hours } from "../../src/views/calendar/hours";
import { type Occasion, type Times, fresh, inOrder, moved, occasionOf, stretched } from "../../src/views/calendar/occasions";
import { week } from "../../src/views/calendar/weeks";
import { dayFrom as day } from "../../src/views/days";

const zone = "Europe/Berlin";
const dates: Times = { start: { id: "from", kind: "date", writable: true }, end: { id: "till", kind: "date", writable: true }, zone };
const moments: Times = { start: { id: "from", kind: "datetime", writable: true }, end: { id: "till", kind: "datetime", writable: true }, zone };
const allDay = (id: number, from: string, to = from): Occasion => occasionOf(id, `row ${id}`, { from, till: to }, dates)!;

test("days last from the first to the last, and a wrong end is not believed", () => {
  const o = allDay(1, "2026-11-03", "2026-11-05");
  assert.deepEqual([o.from, o.to, o.start], [day("2026-11-03"), day("2026-11-05"), null]);
  assert.equal(allDay(2, "2026-11-05", "2026-11-03").to, day("2026-11-05"));
  assert.equal(occasionOf(3, "none", { from: null }, dates), null);
});

test("what ends at midnight does not reach into the next day", () => {
  const o = occasionOf(1, "Late", { from: "2026-11-27T18:00:00Z", till: "2026-11-27T23:00:00Z" }, moments)!;
  assert.deepEqual([o.from, o.to, o.start, o.end], [day("2026-11-27"), day("2026-11-27"), 19 * 60, 0]);
  assert.deepEqual(moved(o, moments, 1), { from: "2026-11-28T18:00:00Z", till: "2026-11-28T23:00:00Z" });
});

test("a move carries the end along, over a clock change too", () => {
  assert.deepEqual(moved(allDay(1, "2026-11-03", "2026-11-05"), dates, 7), { from: "2026-11-10", till: "2026-11-12" });
  const o = occasionOf(1, "Call", { from: "2026-10-24T07:00:00Z", till: "2026-10-24T08:00:00Z" }, moments)!;
  assert.deepEqual(moved(o, moments, 2), { from: "2026-10-26T08:00:00Z", till: "2026-10-26T09:00:00Z" }, "nine stays nine");
  assert.deepEqual(moved(o, moments, 0, 24 * 60 - 30), { from: "2026-10-25T07:30:00Z", till: "2026-10-25T08:30:00Z" });
  const bare = occasionOf(1, "Bare", { from: "2026-11-03" }, dates)!;
  assert.deepEqual(moved(bare, dates, 1), { from: "2026-11-04" }, "no end is made up");
});

test("an edge never passes the other", () => {
  const o = allDay(1, "2026-11-03", "2026-11-05");
  assert.deepEqual(stretched(o, dates, "end", { day: day("2026-11-09"), minutes: 0 }), { till: "2026-11-09" });
  assert.equal(stretched(o, dates, "end", { day: day("2026-11-02"), minutes: 0 }), null);
  assert.deepEqual(stretched(o, dates, "start", { day: day("2026-11-05"), minutes: 0 }), { from: "2026-11-05" });
  assert.equal(stretched(o, dates, "start", { day: day("2026-11-06"), minutes: 0 }), null);
  assert.equal(stretched(o, { ...dates, end: null }, "end", { day: day("2026-11-09"), minutes: 0 }), null);
});

test("a new row takes the days that were dragged over", () => {
  assert.deepEqual(fresh(dates, { day: day("2026-11-03"), minutes: 0 }, { day: day("2026-11-05"), minutes: 0 }), { from: "2026-11-03", till: "2026-11-05" });
  assert.deepEqual(fresh(dates, { day: day("2026-11-03"), minutes: 0 }, { day: day("2026-11-03"), minutes: 0 }), { from: "2026-11-03" });
});

test("a week gives each occasion the first free lane", () => {
  const monday = day("2026-11-02");
  const { bars, more } = week(monday, [allDay(1, "2026-11-04", "2026-11-06"), allDay(2, "2026-10-30", "2026-11-03"), allDay(3, "2026-11-05"), allDay(4, "2026-11-07", "2026-11-12")], 3);
  const seen = bars.map((b) => [b.occasion.id, b.column, b.span, b.lane, b.before, b.after]);
  assert.deepEqual(seen, [[2, 0, 2, 0, true, false], [1, 2, 3, 0, false, false], [3, 3, 1, 1, false, false], [4, 5, 2, 0, false, true]]);
  assert.deepEqual(more, [0, 0, 0, 0, 0, 0, 0]);
});

test("a crowded day says how many more, and hides none elsewhere", () => {
  const many = [1, 2, 3, 4, 5].map((id) => allDay(id, "2026-11-04"));
  const { bars, more } = week(day("2026-11-02"), [...many, allDay(9, "2026-11-06")], 3);
  assert.equal(bars.filter((b) => b.column === 2).length, 2);
  assert.deepEqual(more, [0, 0, 3, 0, 0, 0, 0]);
  assert.equal(bars.filter((b) => b.occasion.id === 9).length, 1);
});

test("nothing is lost: every occasion of a day is a bar or counted", () => {
  let seed = 7;
  const random = (n: number): number => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
  for (let round = 0; round < 200; round++) {
    const monday = day("2026-11-02");
    const all: Occasion[] = Array.from({ length: random(14) }, (_, id) => {
      const from = monday - 4 + random(14);
      return { id, title: `${id}`, from, to: from + random(6), start: null, end: null, endDay: from };
    });
    const { bars, more } = week(monday, all, 1 + random(4));
    for (let d = 0; d < 7; d++) {
      const there = all.filter((o) => o.from <= monday + d && o.to >= monday + d).length;
      const shown = bars.filter((b) => b.column <= d && d < b.column + b.span);
      assert.equal(shown.length + more[d]!, there);
      assert.equal(new Set(shown.map((b) => b.lane)).size, shown.length, "no two in one lane");
    }
  }
});

test("what overlaps by the clock stands side by side", () => {
  const at = (id: number, from: string, till: string): Occasion => occasionOf(id, `${id}`, { from: `2026-11-27T${from}:00Z`, till: `2026-11-27T${till}:00Z` }, moments)!;
  const blocks = hours(day("2026-11-27"), [at(1, "08:00", "10:00"), at(2, "09:00", "11:00"), at(3, "10:00", "11:30"), at(4, "14:00", "15:00")]);
  assert.deepEqual(blocks.map((b) => [b.occasion.id, b.column, b.columns]), [[1, 0, 2], [2, 1, 2], [3, 0, 2], [4, 0, 1]]);
  assert.equal(blocks[0]!.top, 9 * 60);
});

test("the order is by day, then length, then clock", () => {
  const ordered = [allDay(1, "2026-11-05"), allDay(2, "2026-11-04", "2026-11-05"), allDay(3, "2026-11-04", "2026-11-09")].sort(inOrder);
  assert.deepEqual(ordered.map((o) => o.id), [3, 2, 1]);
});
