import assert from "node:assert/strict";
import { test } from "node:test";
import type { Occasion } from "../../src/views/calendar/occasions";
import { dayFrom as day, isoOf } from "../../src/views/days";
import { BAR_PX_MIN, bars } from "../../src/views/timeline/lanes";
import { ZOOMS, lower, scale, upper } from "../../src/views/timeline/scale";

const today = day("2026-11-22");

test("every day has its place, at every zoom, and comes back from it", () => {
  for (const zoom of ZOOMS) {
    const s = scale(zoom, day("2026-03-01"), day("2027-02-28"), today);
    for (const iso of ["2026-03-01", "2026-11-22", "2027-02-28"]) assert.equal(isoOf(s.day(s.x(day(iso)) + 0.01)), iso);
    assert.ok(s.from <= day("2026-03-01") && s.to >= day("2027-02-28"));
  }
});

test("today is inside, however far the rows are", () => {
  const s = scale("month", day("2020-01-01"), day("2020-02-01"), today);
  assert.ok(s.to > today);
});

test("the head's ticks join without gaps", () => {
  for (const zoom of ZOOMS) {
    const s = scale(zoom, day("2026-03-05"), day("2026-12-28"), today);
    for (const row of [upper(s, s.from, s.to), lower(s, s.from, s.to)]) {
      row.slice(1).forEach((tick, i) => assert.ok(Math.abs(row[i]!.x + row[i]!.width - tick.x) < 0.01, `${zoom}: ${row[i]!.name} then ${tick.name}`));
    }
  }
});

test("bars that would cover one another stand on lines of their own", () => {
  const s = scale("week", day("2026-11-01"), day("2026-12-31"), today);
  const one = (id: number, from: string, to: string): Occasion => ({ id, title: `${id}`, from: day(from), to: day(to), start: null, end: null, endDay: day(to) });
  const laid = bars([one(1, "2026-11-02", "2026-11-20"), one(2, "2026-11-10", "2026-11-12"), one(3, "2026-11-30", "2026-12-04")], s);
  assert.deepEqual(laid.bars.map((b) => [b.occasion.id, b.line]), [[1, 0], [2, 1], [3, 0]]);
  assert.equal(laid.lines, 2);
  const tiny = bars([one(1, "2026-11-02", "2026-11-02")], scale("quarter", today, today, today));
  assert.equal(tiny.bars[0]!.width, BAR_PX_MIN);
});
