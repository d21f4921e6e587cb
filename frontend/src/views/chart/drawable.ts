/** What a chart's drawing needs to know, wherever its figures come from: read live in the workspace, or written into a public page. */
import type { Chart } from "../../lib/spec";
import type { Measure } from "./figures";
import type { ChartShape, Figures } from "./option";
import type { Plotted } from "./series";

export interface Drawable {
  readonly shape: ChartShape;
  readonly plotted: Plotted | null;
  readonly figures: Figures;
  readonly measure: Measure;
  readonly additive: boolean;
  readonly empty: boolean;
  readonly total: number | null;
  readonly said: string;
  /** The field along the bottom, where one is chosen. */
  readonly by: unknown;
  /** What the drawn figures were asked by. */
  readonly drawn: { by: { name: string; kind: string } | undefined; bucket: Chart["bucket"] };
  /** Read again whenever it is another one. */
  readonly question: string;
  readonly reading: { readonly state: "loading" | "ready" | "failed"; readonly problem: unknown; again(): Promise<void>; close(): void };
}
