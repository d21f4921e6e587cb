import assert from "node:assert/strict";
import { test } from "node:test";
import { locale } from "../../src/lib/format";
import { dollars, exactDollars, priceText, timeText, type Budget, type Callable, type Known, type UsageGroup } from "../../src/lib/gateway";
import { stateOf } from "../../src/screens/gateway/calls";
import { bodyOf, endpointOf, pieceOf } from "../../src/screens/gateway/playground/asking";
import { settingOf, typedOf } from "../../src/screens/gateway/settings";
import { standing } from "../../src/screens/gateway/standing";
import { nameOf, replaced, targetOf } from "../../src/screens/gateway/targets";
import { changeText, drawnOf, saying } from "../../src/screens/gateway/usage/figures";

locale.current = "en-GB";

test("the ledger's dollars lose no digit, sums are cents unless there would be nothing to see", () => {
  assert.equal(exactDollars("0.000088"), "$0.000088");
  assert.equal(exactDollars("1234.5"), "$1,234.50");
  assert.equal(exactDollars(null), "not priced");
  assert.equal(dollars("21.789"), "$21.79");
  assert.equal(dollars("0.00125"), "$0.0013");
  assert.equal(dollars("0.00000001"), "under $0.0001");
  assert.equal(priceText({ input_mtok: "0.150", output_mtok: "10" }), "$0.15 in, $10 out");
  assert.equal(priceText({}), "free");
  assert.equal(priceText(null), "price not published");
  assert.deepEqual([timeText(42), timeText(1234), timeText(30_000)], ["42 ms", "1.23 s", "30.0 s"]);
});

test("a name with a provider of ours is that provider's, any other is a name of the gateway", () => {
  assert.deepEqual(targetOf("openai/gpt-6-luna", ["openai"]), { provider: "openai", model: "gpt-6-luna" });
  assert.deepEqual(targetOf("router/meta/llama-4", ["router"]), { provider: "router", model: "meta/llama-4" });
  assert.deepEqual(targetOf("sayso/reader", ["openai"]), { model: "sayso/reader" });
  assert.equal(nameOf(targetOf("router/meta/llama-4", ["router"])), "router/meta/llama-4");
});

test("a replacement keeps the provider and leaves the old price behind", () => {
  const ways = [{ provider: "a", model: "old", price: { input_mtok: "1" } }, { provider: "b", model: "other" }];
  assert.deepEqual(replaced(ways, "old", "new"), [{ provider: "a", model: "new" }, { provider: "b", model: "other" }]);
});

const budget = (more: Partial<Budget>): Budget => ({ id: "b_1", scope: "workspace", subject: "", period: "month", amount: "20", spent: "0", leased: "0", period_start: "2026-11-01T00:00:00Z", created_at: "2026-11-01T00:00:00Z", ...more });
const noon = new Date("2026-11-16T00:00:00Z");

test("a budget says how far it will go", () => {
  assert.deepEqual(pick(standing(budget({ spent: "5" }), noon)), ["good", "On course for $10.00 by 30 November.", 15]);
  assert.deepEqual(pick(standing(budget({ spent: "14", leased: "1" }), noon)), ["warn", "On course for $28.00 by 30 November.", 5]);
  assert.deepEqual(pick(standing(budget({ spent: "20" }), noon)), ["bad", "Spent. Calls are refused until 1 December.", 0]);
  assert.deepEqual(pick(standing(budget({ period: "total", spent: "17" }), noon)), ["warn", "85% is spent.", 3]);
  assert.equal(standing(budget({ spent: "5" }), noon).today, 0.5);
  assert.equal(standing(budget({ period: "total" }), noon).today, null);
});

test("what was spent in a time that is over is not held against the next", () => {
  const over = standing(budget({ spent: "20", period_start: "2026-09-01T00:00:00Z" }), noon);
  assert.deepEqual([over.spent, over.left, over.tone], [0, 20, "good"]);
  assert.equal(over.next?.toISOString(), "2026-12-01T00:00:00.000Z");
});

const pick = (one: ReturnType<typeof standing>): unknown[] => [one.tone, one.words, one.left];
const callable = (model: string, more: Partial<Callable> = {}): Callable => ({ id: `up/${model}`, owned_by: "up", upstream: { provider: "up", kind: "openai", model }, price: null, local: false, ...more });

test("the endpoint follows what a model is for", () => {
  assert.equal(endpointOf(callable("gpt-6-luna"), null), "chat/completions");
  assert.equal(endpointOf(callable("gpt-image-2"), null), "images/generations");
  assert.equal(endpointOf(callable("text-embedding-3-small"), null), "embeddings");
  assert.equal(endpointOf(callable("reve-2"), { type: "image" } as Known), "images/generations");
  assert.equal(endpointOf(callable("image-reader"), { type: "text" } as Known), "chat/completions");
  assert.equal(endpointOf(callable("sayso/canvas", { slot: "image" }), null), "images/generations");
});

test("a prompt with pictures goes as parts, a plain one as text", () => {
  assert.deepEqual(bodyOf("chat/completions", "m", { system: " ", text: "Hi", pictures: [] }), { model: "m", messages: [{ role: "user", content: "Hi" }] });
  const body = bodyOf("chat/completions", "m", { system: "Short.", text: "Hi", pictures: ["data:image/png;base64,AA"] });
  assert.deepEqual(body.messages, [{ role: "system", content: "Short." }, { role: "user", content: [{ type: "text", text: "Hi" }, { type: "image_url", image_url: { url: "data:image/png;base64,AA" } }] }]);
});

test("pieces of answers are told apart, and a picture from elsewhere is not fetched", () => {
  assert.equal(pieceOf({ choices: [{ delta: { content: "fox" } }] }).text, "fox");
  assert.equal(pieceOf({ choices: [{ message: { content: null, refusal: "No." } }] }).text, "No.");
  assert.equal(pieceOf({ data: [{ b64_json: "AA" }], output_format: "webp" }).picture, "data:image/webp;base64,AA");
  assert.deepEqual(pieceOf({ data: [{ url: "https://elsewhere.example/a.png" }] }), {});
  assert.deepEqual(pieceOf({ choices: [] }), {});
});

const sum = (day: string, model: string, cost: string, mean_ms = 0): UsageGroup => ({ of: { day, model }, calls: 1, failed: 0, unpriced: 0, tokens: { input: 10, output: 5 }, cost, mean_ms });

test("every day of the time is drawn, the dearest first, and what cost nothing is left out", () => {
  const drawn = drawnOf([sum("2026-11-02", "small", "0.10"), sum("2026-11-03", "large", "4.00"), sum("2026-11-03", "free", "0.00")], "model", "cost", "2026-11-01", "2026-11-04", (key) => key.toUpperCase());
  assert.deepEqual(drawn.categories.map((one) => one.key), ["2026-11-01", "2026-11-02", "2026-11-03", "2026-11-04"]);
  assert.deepEqual(drawn.series.map((one) => [one.name, one.values]), [["LARGE", [0, 0, 4, 0]], ["SMALL", [0, 0.1, 0, 0]]]);
  assert.equal(saying("cost").short(1.5), "$1.50");
  assert.equal(changeText(88, 100, 30), "12% less than the 30 days before");
});

test("settings of a provider are plain or JSON, as their example is", () => {
  assert.equal(settingOf(" us-east-1 ", "eu-central-1"), "us-east-1");
  assert.equal(settingOf("true", "true"), true);
  assert.equal(settingOf("false", "true"), false);
  assert.deepEqual(settingOf('["a"]', "[…]"), ["a"]);
  assert.throws(() => settingOf("a, b", "[…]"), /is JSON/);
  assert.deepEqual([typedOf(undefined), typedOf("x"), typedOf(["a"]), typedOf(true)], ["", "x", '["a"]', "true"]);
});

test("a call's end is said in a word", () => {
  const call = (status: number, error: string | null = null, flags: string[] = []) => stateOf({ status, error, flags });
  assert.deepEqual(call(200), { words: "Done", tone: "good" });
  assert.deepEqual(call(200, null, ["interrupted"]), { words: "Cut off", tone: "bad" });
  assert.deepEqual(call(429, "more than a budget still has"), { words: "Budget spent", tone: "warn" });
  assert.deepEqual(call(429, "slow down"), { words: "Too often", tone: "warn" });
  assert.deepEqual(call(502), { words: "Provider failed", tone: "bad" });
});
