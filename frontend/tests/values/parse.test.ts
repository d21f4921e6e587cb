import assert from "node:assert/strict";
import { test } from "node:test";
import type { Field } from "../../src/lib/spec";
import { dayFrom, decimalFrom, momentFrom, read, secondsFrom } from "../../src/lib/values/parse";
import { written } from "../../src/lib/values/written";

const today = new Date(2026, 10, 22); // a Sunday
const members = [{ id: "m_ana", name: "Ana Kovač", email: "ana@northlight.example", role: "owner" as const, initials: "A", hue: 30 }];
const around = { members, today };
const field = (kind: string, more: object = {}): Field => ({ id: "x", name: "X", kind, ...more }) as Field;
const value = (kind: string, text: string, more: object = {}) => {
  const got = read(field(kind, more), text, around);
  return "problem" in got ? got.problem : "unknown" in got ? got : got.value;
};

test("figures are read as people of many countries write them", () => {
  const cases: [string, string | null][] = [
    ["1,234.50", "1234.50"], ["1.234,50", "1234.50"], ["1 234,50", "1234.50"], ["1'234.5", "1234.5"], ["€ 12", "12"], ["(12)", "-12"], ["−3", "-3"],
    ["1,234", "1234"], ["12,5", "12.5"], [".5", "0.5"], ["1e3", "1000"], ["twelve", null], ["", null], ["1.2.3", null],
  ];
  for (const [text, wanted] of cases) assert.equal(decimalFrom(text), wanted, text);
});

test("an amount keeps the digits of its currency", () => {
  assert.equal(value("money", "14,200"), "14200.00");
  assert.equal(value("money", "¥ 1,500", { currency: "JPY" }), "1500");
  assert.equal(value("money", "lots"), "X is an amount, such as 12.50");
});

test("days are read in the field's order, and by name", () => {
  assert.equal(dayFrom("3/4/2026", "dmy", today), "2026-04-03");
  assert.equal(dayFrom("3/4/2026", "mdy", today), "2026-03-04");
  assert.equal(dayFrom("12/31/2026", "dmy", today), "2026-12-31");
  for (const text of ["2026-11-27", "27.11.2026", "27 Nov 2026", "Nov 27, 2026", "27 nov", "20261127", "Fri, 27 November 2026"]) assert.equal(dayFrom(text, "dmy", today), "2026-11-27", text);
  assert.equal(dayFrom("tomorrow", "dmy", today), "2026-11-23");
  assert.equal(dayFrom("friday", "dmy", today), "2026-11-27");
  assert.equal(dayFrom("sunday", "dmy", today), "2026-11-29");
  assert.equal(dayFrom("+7", "dmy", today), "2026-11-29");
  assert.equal(dayFrom("30 Feb 2026", "dmy", today), null);
  assert.equal(dayFrom("someday", "dmy", today), null);
});

test("a moment is on the reader's own clock and comes back as it was", () => {
  const at = momentFrom("27 Nov 2026 2:30 pm", "dmy", today)!;
  assert.equal(at, new Date(2026, 10, 27, 14, 30).toISOString().replace(".000Z", "Z"));
  assert.equal(momentFrom(written(field("datetime"), at), "dmy", today), at);
  assert.equal(momentFrom("2026-11-27T07:30:00Z", "dmy", today), "2026-11-27T07:30:00Z");
  assert.equal(momentFrom("27 Nov 25:00", "dmy", today), null);
});

test("lengths of time", () => {
  assert.equal(secondsFrom("1:30", "minutes"), 5400);
  assert.equal(secondsFrom("1h 30m", "minutes"), 5400);
  assert.equal(secondsFrom("90 min", "hours"), 5400);
  assert.equal(secondsFrom("2", "hours"), 7200);
  assert.equal(secondsFrom("a while", "minutes"), null);
});

test("choices go by name, and what is missing is said", () => {
  const options = [{ id: "film", name: "Film" }, { id: "food", name: "Food & drink" }];
  assert.equal(value("select", "  food  & drink", { options }), "food");
  assert.deepEqual(value("multi_select", "film; Food & Drink", { options }), ["film", "food"]);
  assert.deepEqual(value("multi_select", "film, Opera", { options }), { unknown: ["Opera"], value: ["film"] });
  assert.deepEqual(value("select", "Opera", { options }), { unknown: ["Opera"], value: null });
});

test("people go by name, first name or address", () => {
  for (const text of ["Ana", "ana kovač", "ana@northlight.example", "m_ana"]) assert.deepEqual(value("person", text), ["m_ana"], text);
  assert.equal(value("person", "Zoe"), "Nobody here is called Zoe");
});

test("the rest, right and wrong", () => {
  assert.equal(value("checkbox", "Yes"), true);
  assert.equal(value("checkbox", "FALSE"), false);
  assert.equal(value("percent", "25%"), 0.25);
  assert.equal(value("percent", "25"), 0.25);
  assert.equal(value("percent", "0.25"), 0.25);
  assert.equal(value("rating", "4"), 4);
  assert.equal(value("rating", "9"), "X is a whole number from 0 to 5");
  assert.equal(value("number", "7", { minimum: 10 }), "X is at least 10");
  assert.equal(value("url", "northlight.example/lamps"), "https://northlight.example/lamps");
  assert.equal(value("url", "javascript:alert(1)"), "X is a web address, such as https://northlight.example");
  assert.match(String(value("email", "ana@")), /e-mail address/);
  assert.equal(value("text", " two\nlines "), "two lines");
  assert.match(String(value("formula", "1", { formula: "{A}" })), /^Worked out by its formula/);
  assert.deepEqual(value("multi_select", "  "), []);
  assert.equal(value("text", ""), null);
});

test("what is copied to a spreadsheet reads back as the same value", () => {
  const options = [{ id: "film", name: "Film" }, { id: "food", name: "Food" }];
  const all: [Field, never][] = [
    [field("text"), "Brandt & Söhne"], [field("number"), 1234.5], [field("money"), "14200.00"], [field("percent"), 0.125], [field("date"), "2026-11-27"],
    [field("datetime"), "2026-11-27T07:30:00Z"], [field("duration"), 5430], [field("checkbox"), true], [field("checkbox"), false], [field("select", { options }), "film"],
    [field("multi_select", { options }), ["film", "food"]], [field("rating"), 4], [field("person"), ["m_ana"]], [field("url"), "https://northlight.example/"], [field("long_text"), "a\n\nb"],
  ] as never;
  for (const [of, one] of all) {
    const got = read(of, written(of, one, { member: () => "Ana Kovač" }), around);
    assert.deepEqual("value" in got && got.value, one, of.kind);
  }
});
