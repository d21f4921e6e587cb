/** The hue a row wears: of the first rule of the view that fits. */
import type { Row } from "../../lib/shapes";
import type { Field, Filter, Hue } from "../../lib/spec";
import { matches } from "../../lib/values/matches";
import { workspace } from "../../lib/workspace.svelte";

export function ruledHue(row: Row, rules: readonly { hue: Hue; filter: Filter }[] | undefined, fields: readonly Field[] | undefined): Hue | null {
  if (!rules?.length) return null;
  const now = { me: workspace.me?.member.id, today: new Date() };
  return rules.find((rule) => matches(row, rule.filter, fields ?? [], now))?.hue ?? null;
}
