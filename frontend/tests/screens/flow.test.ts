import assert from "node:assert/strict";
import { test } from "node:test";
import { bareLabel, merged, ownOffers, piecesOf } from "../../src/lib/automations/offers";
import { rowTable } from "../../src/lib/automations/scope";
import { at, changed, copied, every, inserted, moved, removed, replaced, withIds } from "../../src/lib/automations/tree";
import type { App, Automation, Step } from "../../src/lib/spec";

const notify = (id: string | undefined, body = "") => ({ kind: "notify", ...(id ? { id } : {}), body }) as Step;
const steps: Step[] = [
  notify("first"),
  { kind: "branch", id: "fork", then: [notify("yes"), notify(undefined, "{first: told}")], otherwise: [] } as unknown as Step,
  { kind: "switch", cases: [{ then: [notify("a")] }, { then: [] }], otherwise: [notify("b")] } as unknown as Step,
  { kind: "for_each", id: "each", steps: [notify("in")] } as unknown as Step,
];
const paths = (some: Step[]) => every(some).map((one) => one.path);

test("steps are read in order, with paths and names as the server has them", () => {
  assert.deepEqual(every(steps).map((one) => [one.path, one.number, one.name]), [
    ["0", 1, "first"], ["1", 2, "fork"], ["1/then/0", 3, "yes"], ["1/then/1", 4, "s2_then_2"], ["2", 5, "s3"], ["2/cases/0/then/0", 6, "a"],
    ["2/otherwise/0", 7, "b"], ["3", 8, "each"], ["3/steps/0", 9, "in"],
  ]);
});

test("a step goes in, out, up and down in any list, and nothing else changes", () => {
  const added = inserted(steps, "2/cases/1/then", 0, notify("new"));
  assert.equal(at(added, "2/cases/1/then/0")?.id, "new");
  assert.equal(at(steps, "2/cases/1/then/0"), undefined, "the steps before are as they were");
  assert.deepEqual(removed(added, "2/cases/1/then/0"), steps);
  assert.equal(at(moved(steps, "1/then/0", 1), "1/then/1")?.id, "yes");
  assert.deepEqual(moved(steps, "0", -1), steps, "the first stays the first");
  assert.equal((at(replaced(steps, "3/steps/0", notify("in", "Hello")), "3/steps/0") as { body?: string }).body, "Hello");
  assert.deepEqual(paths(changed(steps, "1/otherwise", (some) => [...some, notify("no")])), [...paths(steps).slice(0, 4), "1/otherwise/0", ...paths(steps).slice(4)]);
});

test("a step that moves keeps its name, so that what names its outputs still does", () => {
  const whole = withIds({ id: "r", name: "R", trigger: { kind: "called" }, steps } as unknown as Automation);
  assert.deepEqual(every(whole.steps).map((one) => one.step.id), ["first", "fork", "yes", "s2_then_2", "s3", "a", "b", "each", "in"]);
});

test("a copy has ids of its own, and names its own parts", () => {
  const loop = { kind: "for_each", id: "each", steps: [{ kind: "ai", id: "ask", prompt: "{Name}" }, notify("tell", "{ask: answer} of {other: x}")] } as unknown as Step;
  const copy = copied(loop, ["each", "ask", "tell", "ai"]);
  const ids = every([copy]).map((one) => one.step.id);
  assert.deepEqual(ids, ["for_each", "ai_2", "notify"]);
  assert.equal((at([copy], "0/steps/1") as { body?: string }).body, "{ai_2: answer} of {other: x}");
});

const app = {
  id: "desk", name: "Desk",
  tables: [
    { id: "tickets", name: "Tickets", fields: [{ id: "name", name: "Name", kind: "text" }, { id: "client", name: "Client", kind: "link", to: "clients" }] },
    { id: "clients", name: "Clients", fields: [{ id: "city", name: "City", kind: "text" }] },
  ],
  views: [{ id: "form", name: "Ask", kind: "form", table: "tickets" }],
} as unknown as App;

test("what may be named is that of the row whose turn it is", () => {
  const rule = {
    id: "r", name: "R", trigger: { kind: "form_submitted", view: "form" },
    steps: [{ kind: "find_rows", id: "found", table: "clients" }, { kind: "for_each", steps: [notify("in")] }, { kind: "for_each", over: "{found: rows}", steps: [notify("named")] }, { kind: "for_each", over: "{x: y}", steps: [notify("nobody")] }],
  } as unknown as Automation;
  assert.equal(rowTable(app, rule, "0"), "tickets");
  assert.equal(rowTable(app, rule, "1/steps/0"), "clients");
  assert.equal(rowTable(app, rule, "2/steps/0"), "clients");
  assert.equal(rowTable(app, rule, "3/steps/0"), null);
  assert.deepEqual(ownOffers(app, rule, "0").slice(0, 3).map((one) => one.text), ["{Name}", "{Client}", "{Client}.{City}"]);
  const all = merged([{ text: "{found: count}", label: "How many", kind: "number", from_step: "found" }, { text: "{Name}", label: "Name", kind: "text", from_step: "trigger" }], ownOffers(app, rule, "0"), new Map([["found", "Find the clients"]]));
  assert.equal(all[0]?.from, "Find the clients");
  assert.equal(all.filter((one) => one.text === "{Name}").length, 1);
});

test("names in a text are found; somebody’s JSON is none", () => {
  assert.deepEqual(piecesOf("Dear {Client}.{Name}, {ask: answer}!"), [{ text: "Dear " }, { name: "{Client}.{Name}" }, { text: ", " }, { name: "{ask: answer}" }, { text: "!" }]);
  assert.deepEqual(piecesOf('{"id": 7}'), [{ text: '{"id": 7}' }]);
  assert.deepEqual(piecesOf('{"id": {Name}}'), [{ text: '{"id": ' }, { name: "{Name}" }, { text: "}" }]);
  assert.deepEqual(["{Client}.{Name}", "{ask: answer.first_name}", "{Name}"].map(bareLabel), ["Client: Name", "answer › first name", "Name"]);
});
