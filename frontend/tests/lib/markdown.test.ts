import assert from "node:assert/strict";
import { test } from "node:test";
import { blocks, inline, plain } from "../../src/lib/markdown";

test("words, lists, quotes and code become a tree", () => {
  const tree = blocks("# Head\n\nOne **two** and `three`.\n\n- a\n- b\n1. c\n\n> said\n\n```\nx = 1\n```\n---");
  assert.deepEqual(tree.map((block) => block.is), ["heading", "paragraph", "list", "list", "quote", "code", "line"]);
  assert.deepEqual(tree[1], { is: "paragraph", of: [{ is: "text", text: "One " }, { is: "strong", of: [{ is: "text", text: "two" }] }, { is: "text", text: " and " }, { is: "code", text: "three" }, { is: "text", text: "." }] });
  assert.equal((tree[2] as { items: unknown[] }).items.length, 2);
});

test("only addresses of the web and of mail become links, and nothing becomes HTML or a picture", () => {
  assert.deepEqual(inline("[x](javascript:alert(1))"), [{ is: "text", text: "[x](javascript:alert(1))" }]);
  assert.deepEqual(inline("<img src=x onerror=alert(1)>"), [{ is: "text", text: "<img src=x onerror=alert(1)>" }]);
  const picture = inline("![leak](https://evil.example/?q=1)");
  assert.deepEqual(picture.map((one) => one.is), ["text", "link"]);
  assert.equal(inline("see https://northlight.example.")[1]?.is, "link");
});

test("long and nested text ends", () => {
  assert.ok(blocks("*".repeat(20_000)).length >= 1);
  assert.ok(inline("**a ".repeat(3_000)).length >= 1);
});

test("a cell shows the words alone", () => {
  assert.equal(plain("# Head\n- **Called** back on [Monday](https://x.example)\n"), "Head Called back on Monday");
});
