/** What every editor takes and tells. One editor serves the grid's cells, the row panel and forms. */
import type { AppState } from "../../lib/app.svelte";
import type { Row, Value } from "../../lib/shapes";
import type { Field, Table } from "../../lib/spec";

/** Where to go when the value is in. */
export type Then = "stay" | "down" | "up" | "right" | "left";

export interface EditorProps<F extends Field = Field> {
  app: AppState;
  table: Table;
  field: F;
  /** Absent for a row that is not there yet. */
  row: Row | null;
  value: Value;
  /** The key that began it; null when the value is edited as it is. */
  typed?: string | null;
  /** Inside a cell of the grid: no borders, Enter goes down. */
  inCell?: boolean;
  label?: string;
  onsave: (value: Value, then: Then) => void;
  oncancel: () => void;
  /** What was typed could not be read; the old value stays. */
  onproblem?: (words: string) => void;
}

/** Where a key leads once the value is in; null when the key is the editor's own. */
export function thenOf(event: KeyboardEvent): Then | null {
  if (event.isComposing) return null;
  if (event.key === "Enter" && !event.altKey) return event.shiftKey ? "up" : "down";
  if (event.key === "Tab") return event.shiftKey ? "left" : "right";
  return null;
}
