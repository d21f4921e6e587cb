/** What the panel needs of where rows are kept: `Rows` is one. */
import type { Row } from "../../lib/shapes";
import type { Writer } from "../../lib/writer.svelte";

export interface RowSource {
  readonly writer: Writer;
  byId(id: number): Row | undefined;
  /** Reads again what is shown, where rows are kept. */
  refresh?(): Promise<void>;
}
