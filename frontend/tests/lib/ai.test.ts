import assert from "node:assert/strict";
import { test } from "node:test";
import { fillOf } from "../../src/lib/ai";
import { nameable, naming, pieceText, promptPieces, tasksOf, withFill } from "../../src/lib/prompts";
import { modelName, stateSentence } from "../../src/lib/provenance";
import { endText, estimatedCost, roughly, skippedText } from "../../src/lib/fills";
import type { App, Field, Table } from "../../src/lib/spec";

const field = (kind: string, more: object = {}) => ({ id: "x", name: "X", kind, ...more }) as Field;

test("a prompt comes apart into text and fields, and together again as it was", () => {
  const prompt = "Write to {Client}.{City} about {Notes}, in {Language}";
  const pieces = promptPieces(prompt);
  assert.deepEqual(pieces, [{ text: "Write to " }, { field: "Client", of: "City" }, { text: " about " }, { field: "Notes" }, { text: ", in " }, { field: "Language" }]);
  assert.equal(pieces.map(pieceText).join(""), prompt);
  assert.deepEqual(promptPieces(""), []);
  assert.deepEqual(promptPieces("{ not closed"), [{ text: "{ not closed" }]);
});

test("a slash inside a word is no field, a brace always begins one", () => {
  assert.deepEqual(naming("Summarise /No"), { typed: "No", length: 3 });
  assert.deepEqual(naming("/"), { typed: "", length: 1 });
  assert.equal(naming("and/or"), null);
  assert.deepEqual(naming("for{Na"), { typed: "Na", length: 3 });
  assert.equal(naming("for {Name} and"), null);
  assert.equal(naming("24 /7\nnext"), null);
});

test("what fills a field stands at the top of the kind ai, and in `fill` of the others", () => {
  const ai = field("ai", { prompt: "Say {Name}", task: "summarise" });
  assert.equal(fillOf(ai)!.prompt, "Say {Name}");
  assert.equal(fillOf(withFill(ai, { prompt: "Other" }))!.prompt, "Other");
  assert.equal("fill" in withFill(ai, { prompt: "Other" }), false);
  const text = field("text", { required: true });
  assert.equal(fillOf(text), null);
  const filled = withFill(text, { prompt: "Who?" });
  assert.equal(fillOf(filled)!.prompt, "Who?");
  // A row is there before a model has filled it.
  assert.equal(filled.required, undefined);
  assert.equal(fillOf(withFill(filled, null)), null);
});

test("only pictures are made into pictures", () => {
  assert.deepEqual(tasksOf("image"), ["image", "edit_image"]);
  for (const kind of ["text", "select", "number", "ai"] as const) assert.equal(tasksOf(kind).some((task) => task.endsWith("image") && task !== "describe_image"), false);
});

test("a prompt may name fields behind a link, and not the field it fills", () => {
  const clients = { id: "clients", name: "Clients", fields: [field("text", { id: "city", name: "City" })] } as unknown as Table;
  const shoots = { id: "shoots", name: "Shoots", fields: [field("text", { id: "name", name: "Name" }), field("link", { id: "client", name: "Client", to: "clients" }), field("ai", { id: "next", name: "Next" })] } as unknown as Table;
  const spec = { id: "a", name: "A", tables: [shoots, clients] } as unknown as App;
  assert.deepEqual(nameable(spec, shoots, "next").map((one) => [one.name, one.of]), [["Name", undefined], ["Client", undefined], ["Client", "City"]]);
});

test("models are called by their name, without provider or date", () => {
  assert.equal(modelName("up/gpt-6-luna-2026-10-01"), "gpt-6-luna");
  assert.equal(modelName("slot:text"), "text");
  assert.equal(modelName(null), "");
});

test("what is the case is told in words", () => {
  assert.match(stateSentence({ state: "stale", stale: "prompt" }), /prompt/);
  assert.match(stateSentence({ state: "review", confidence: 0.42 }), /42%/);
  assert.equal(stateSentence({ state: "failed", problem: "No number in it." }), "No number in it.");
});

test("a fill tells what it leaves out, what it costs and how it ended", () => {
  assert.equal(skippedText({ by_hand: 12, up_to_date: 0 }), "12 written by hand");
  assert.equal(skippedText({}), "");
  assert.equal(estimatedCost(null), "not known: no price is published");
  assert.equal(estimatedCost("0.42"), "about $0.42");
  assert.equal(roughly(3), "a few seconds");
  assert.equal(roughly(600), "about 10 minutes");
  const fill = { state: "done", rows: 10, done: 10, review: 2, failed: 1, skipped: 1 } as const;
  assert.equal(endText("Next", fill), "Next: 8 rows filled, 2 to look at, 1 could not be written");
  assert.equal(endText("Next", { ...fill, state: "cancelled", done: 4, review: 0, failed: 0, skipped: 0 }), "Next: 4 rows filled, cancelled before the other 6");
});
