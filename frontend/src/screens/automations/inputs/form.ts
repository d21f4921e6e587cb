/** What every input of a form needs to know of where it stands. */
import type { AppState } from "../../../lib/app.svelte";
import type { Offer } from "../../../lib/automations/offers";
import type { Automation } from "../../../lib/spec";

export interface Form {
  app: AppState;
  automation: Automation;
  /** `trigger`, or the path of the step. */
  path: string;
  /** What may be named in its texts. */
  offers: Offer[];
  /** The table of the row that this is about. */
  row: string | null;
  /** What is wrong with an answer, by its key. */
  problem: (key: string) => string | undefined;
}
