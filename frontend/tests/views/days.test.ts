import assert from "node:assert/strict";
import { test } from "node:test";
import { bucketName, dateOf, dayFrom, isoOf, plus, spanSaid, startOf, weekday, weekNumber, weeksOfMonth } from "../../src/views/days";
import { clock, instantOf, momentFrom } from "../../src/views/moments";
import { locale } from "../../src/lib/format";

locale.current = "en-GB";
const day = dayFrom;

test("a day is the same day in every time zone", () => {
  assert.equal(isoOf(day("2026-11-27")), "2026-11-27");
  assert.equal(isoOf(day("2026-11-27T23:59:00Z")), "2026-11-27");
  assert.equal(day("1970-01-01"), 0);
  assert.equal(day("1969-12-31"), -1);
});

test("weeks begin on Monday, before 1970 too", () => {
  assert.equal(weekday(day("2026-11-22")), 6);
  assert.equal(weekday(day("2026-11-23")), 0);
  assert.equal(weekday(day("1969-12-29")), 0);
  assert.equal(isoOf(startOf("week", day("2026-11-22"))), "2026-11-16");
});

test("a month later keeps the date where there is one", () => {
  assert.equal(isoOf(plus("month", day("2026-01-31"), 1)), "2026-02-28");
  assert.equal(isoOf(plus("month", day("2028-01-31"), 1)), "2028-02-29");
  assert.equal(isoOf(plus("month", day("2026-03-31"), -1)), "2026-02-28");
  assert.equal(isoOf(plus("quarter", day("2026-11-30"), 1)), "2027-02-28");
  assert.equal(isoOf(plus("year", day("2028-02-29"), 1)), "2029-02-28");
});

test("spans start where people say they do", () => {
  assert.equal(isoOf(startOf("quarter", day("2026-11-22"))), "2026-10-01");
  assert.equal(isoOf(startOf("year", day("2026-11-22"))), "2026-01-01");
  assert.equal(dateOf(2026, 12, 1), day("2027-01-01"));
});

test("a month's weeks hold the whole month and nothing but whole weeks", () => {
  const weeks = weeksOfMonth(day("2026-11-10"));
  assert.equal(weeks.length, 6);
  assert.deepEqual([isoOf(weeks[0]![0]!), isoOf(weeks.at(-1)![6]!)], ["2026-10-26", "2026-12-06"]);
  assert.equal(weeksOfMonth(day("2027-02-03")).length, 4);
});

test("week numbers follow ISO 8601", () => {
  assert.equal(weekNumber(day("2027-01-03")), 53);
  assert.equal(weekNumber(day("2027-01-04")), 1);
  assert.equal(weekNumber(day("2026-01-01")), 1);
});

test("spans and buckets are said shortly", () => {
  assert.match(spanSaid(day("2026-11-03"), day("2026-11-07")), /^3.{1,3}7 Nov$/);
  assert.match(spanSaid(day("2026-12-30"), day("2027-01-02")), /2026.*2027/);
  assert.equal(bucketName("quarter", day("2026-10-01")), "Q4 2026");
  assert.equal(bucketName("month", day("2026-10-01")), "Oct 2026");
});

test("a moment is what the wall shows in the app's zone", () => {
  assert.deepEqual(momentFrom("2026-11-27T07:30:00Z", "Europe/Berlin"), { day: day("2026-11-27"), minutes: 510 });
  assert.deepEqual(momentFrom("2026-11-27T23:30:00Z", "Europe/Berlin"), { day: day("2026-11-28"), minutes: 30 });
  assert.equal(clock(510), "08:30");
});

test("the wall's time goes back to its instant, through both clock changes", () => {
  for (const zone of ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "UTC"]) {
    for (const iso of ["2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z", "2026-07-01T12:00:00Z", "2026-10-25T02:30:00Z", "2026-11-01T09:00:00Z"]) {
      assert.equal(instantOf(momentFrom(iso, zone), zone), iso, `${iso} in ${zone}`);
    }
  }
  assert.equal(instantOf({ day: day("2026-10-25"), minutes: 150 }, "Europe/Berlin"), "2026-10-25T00:30:00Z", "shown twice: the first");
  assert.equal(instantOf({ day: day("2026-03-29"), minutes: 150 }, "Europe/Berlin"), "2026-03-29T01:30:00Z", "never shown: after the jump");
});
