import assert from "node:assert/strict";
import { test } from "node:test";
import { arrowed, asMask, boxBetween, firstBox, fitting, fromMask, share } from "../../src/parts/ai/mask";

const bounds = { width: 1000, height: 500 };

test("arrows move the frame and, sizing, widen it; it never leaves the picture", () => {
  const box = { x: 990, y: 0, width: 10, height: 100 };
  assert.deepEqual(arrowed(box, "ArrowRight", false, bounds), box);
  assert.deepEqual(arrowed(box, "ArrowLeft", false, bounds), { ...box, x: 970 });
  assert.deepEqual(arrowed(box, "ArrowUp", false, bounds), box);
  assert.deepEqual(arrowed({ ...box, x: 0 }, "ArrowRight", true, bounds), { ...box, x: 0, width: 30 });
  assert.equal(arrowed({ x: 0, y: 0, width: 1000, height: 500 }, "ArrowDown", true, bounds)!.height, 500);
  assert.equal(arrowed(box, "Enter", false, bounds), null);
});

test("a frame can be pulled from any corner", () => {
  assert.deepEqual(boxBetween({ x: 30, y: 40 }, { x: 10, y: 60 }), { x: 10, y: 40, width: 20, height: 20 });
  const first = firstBox(bounds);
  assert.ok(first.x + first.width < bounds.width && first.width > 0);
});

test("pictures too large for a canvas are made smaller in proportion", () => {
  assert.deepEqual(fitting({ width: 8192, height: 4096 }), { width: 4096, height: 2048 });
  assert.deepEqual(fitting(bounds), bounds);
});

test("a mask is transparent where it was painted, and reads back as it was painted", () => {
  const painted = new Uint8ClampedArray([200, 10, 10, 255, 0, 0, 0, 0]);
  assert.equal(share(painted, 1), 0.5);
  asMask(painted);
  assert.deepEqual([...painted], [0, 0, 0, 0, 0, 0, 0, 255]);
  fromMask(painted);
  assert.deepEqual([painted[3], painted[7]], [255, 0]);
});
