/** The hue a row wears: of the first rule of the view that fits. */
import type { Row } from "../../lib/shapes";
import type { Hue } from "../../lib/spec";
import { matches } from "../../lib/values/matches";
import type { GridState } from "./state.svelte";

export function colourOf(grid: GridState, row: Row): Hue | undefined {
  const rules = grid.view.colours ?? [];
  if (rules.length === 0) return undefined;
  return rules.find((rule) => matches(row, rule.filter, grid.table.fields ?? [], { me: grid.me(), today: new Date() }))?.hue;
}
