/** A public chart's figures as its page tells them: names, days and numbers, and no ids. */
import { type Field, type Chart } from "../lib/spec";
import type { Drawable } from "../views/chart/drawable";
import { figures, isAdditive, measureSaid } from "../views/chart/figures";
import { type Aggregate, figure, plotted } from "../views/chart/series";

export interface Told {
  label: string;
  shape: NonNullable<Chart["shape"]>;
  measure: NonNullable<Chart["measure"]>;
  measured: Field | null;
  by: Field | null;
  split: Field | null;
  bucket: NonNullable<Chart["bucket"]> | null;
  groups: Aggregate[];
  total: unknown;
}

const SLICES_MAX = 6;

export function drawable(told: Told): Drawable {
  const [by, measured] = [told.by ?? undefined, told.measured ?? undefined];
  const additive = isAdditive(told.measure);
  const said = measureSaid(told.measure, measured);
  const { shape } = told;
  const drawn = plotted(told.groups, {
    bucket: told.bucket, measure: said, split: !!told.split, additive, empty: by ? `No ${by.name.toLowerCase()}` : "No value",
    categoriesMax: shape === "pie" || shape === "donut" ? SLICES_MAX : undefined, datedOnly: shape === "line" || shape === "area" || shape === "scatter",
  });
  return {
    shape, plotted: drawn, figures: figures(told.measure, measured), measure: told.measure, additive, said, by, question: "told",
    empty: !drawn.series.some((one) => one.values.some((value) => value !== null && (value !== 0 || !additive))),
    total: figure(told.total), drawn: { by, bucket: told.bucket },
    reading: { state: "ready", problem: null, again: async () => {}, close: () => {} },
  };
}
