/** What a pulled handle writes: the pattern again, or the next steps when figures or days march evenly. */
import type { Value } from "../../lib/shapes";
import type { Field } from "../../lib/spec";
import { dayPlus } from "../../lib/values/parse";

const DAY = 86_400_000;
const days = (iso: string): number => Date.parse(`${iso}T00:00:00Z`) / DAY;

function step(numbers: number[]): number | null {
  if (numbers.length < 2 || numbers.some(Number.isNaN)) return null;
  const first = numbers[1]! - numbers[0]!;
  return numbers.every((n, i) => i === 0 || Math.abs(n - numbers[i - 1]! - first) < 1e-9) ? first : null;
}

/** `count` values after `source`; `back` when pulled up or to the left, nearest first. */
export function filled(field: Field, source: readonly Value[], count: number, back = false): Value[] {
  const from = back ? [...source].reverse() : source;
  const repeat = (): Value[] => Array.from({ length: count }, (_, i) => from[i % from.length] ?? null);
  if (from.some((v) => v === null)) return repeat();
  if (field.kind === "number" || field.kind === "duration") {
    const by = step(from.map(Number));
    if (by !== null) return Array.from({ length: count }, (_, i) => Number((Number(from.at(-1)) + by * (i + 1)).toPrecision(15)));
  }
  if (field.kind === "date") {
    const by = step(from.map((v) => days(String(v))));
    if (by !== null) return Array.from({ length: count }, (_, i) => dayPlus(String(from.at(-1)), by * (i + 1)));
  }
  return repeat();
}
