/** A chart as it is saved, with its figures: what the chart view and a chart tile have in common. */
import type { AppState } from "../../lib/app.svelte";
import type { Chart, Field, Filter, Table } from "../../lib/spec";
import { workspace } from "../../lib/workspace.svelte";
import { type Aggregates, aggregatesOf } from "../asking";
import { Reading } from "../reading.svelte";
import { figures, isAdditive, measureSaid } from "./figures";
import { type Plotted, figure, plotted } from "./series";

export interface Drawn {
  table: string;
  shape?: Chart["shape"];
  by?: string | null;
  bucket?: Chart["bucket"];
  split?: string | null;
  measure?: Chart["measure"];
  filter?: Filter;
  search?: string;
}

const DATES = new Set(["date", "datetime", "created_at", "updated_at"]);
export const isDated = (field: Field | undefined): boolean => !!field && (DATES.has(field.kind) || (field.kind === "formula" && (field.shown_as === "date" || field.shown_as === "datetime")));
const SLICES_MAX = 6;

/** Names of a field's known keys, in their own order. */
function namesOf(field: Field | undefined): Map<string, string> | undefined {
  if (!field) return undefined;
  if (field.kind === "select" || field.kind === "multi_select") return new Map((field.options ?? []).map((one) => [one.id, one.name]));
  if (field.kind === "checkbox") return new Map([["false", `Not ${field.name.toLowerCase()}`], ["true", field.name]]);
  if (field.kind === "person" || field.kind === "created_by" || field.kind === "updated_by") return new Map(workspace.members.map((one) => [one.id, one.name]));
  return undefined;
}

/** What was asked when an answer came: a view that has changed since is asked again, and must not read the old answer as the new one. */
interface Asked {
  by: Field | undefined;
  split: Field | undefined;
  bucket: NonNullable<Chart["bucket"]> | null;
}

export class Drawing {
  readonly reading: Reading<Aggregates & { asked: Asked }>;
  #what: () => Drawn;
  #table: () => Table | undefined;

  constructor(app: AppState, what: () => Drawn, table: () => Table | undefined) {
    this.#what = what;
    this.#table = table;
    this.reading = new Reading(app, () => [what().table], async (signal) => {
      const { table: id, filter, search } = this.#what();
      const { by, split, bucket, measure } = this;
      const answer = await aggregatesOf(app, id, {
        filter, search, measure: { summary: measure.summary ?? "count", field: measure.field ?? undefined },
        by: by && { field: by.id, ...(bucket ? { bucket } : {}), descending: false }, split: by && split ? { field: split.id, descending: false } : undefined,
      } as never, signal);
      return { ...answer, asked: { by, split, bucket } };
    });
  }

  readonly field = (id: string | null | undefined): Field | undefined => (id ? this.#table()?.fields?.find((one) => one.id === id) : undefined);
  get shape(): NonNullable<Chart["shape"]> {
    return this.#what().shape ?? "bar";
  }
  readonly by = $derived.by(() => this.field(this.#what().by));
  readonly split = $derived.by(() => (["pie", "donut", "number"].includes(this.shape) ? undefined : this.field(this.#what().split)));
  readonly bucket = $derived.by(() => (isDated(this.by) ? (this.#what().bucket ?? "month") : null));
  readonly measure = $derived.by(() => this.#what().measure ?? { summary: "count" as const });
  readonly measured = $derived.by(() => this.field(this.measure.field));
  readonly additive = $derived.by(() => isAdditive(this.measure));
  readonly figures = $derived.by(() => figures(this.measure, this.measured));
  readonly said = $derived.by(() => measureSaid(this.measure, this.measured));
  /** What is asked: read again whenever it is another question. */
  readonly question = $derived.by(() => JSON.stringify([this.#what(), this.bucket, this.by?.id, this.split?.id]));
  readonly total = $derived.by(() => figure(this.reading.value?.total));
  /** What the drawn figures were asked by. */
  readonly drawn: Asked = $derived.by(() => this.reading.value?.asked ?? { by: this.by, split: this.split, bucket: this.bucket });
  readonly plotted: Plotted | null = $derived.by(() => {
    const answer = this.reading.value;
    if (!answer) return null;
    const { by, split, bucket } = answer.asked;
    const round = this.shape === "pie" || this.shape === "donut";
    return plotted(answer.groups, {
      bucket, names: namesOf(by), splitNames: namesOf(split), measure: this.said, split: !!split, additive: this.additive,
      empty: by ? `No ${by.name.toLowerCase()}` : "No value", categoriesMax: round ? SLICES_MAX : undefined, datedOnly: this.shape === "line" || this.shape === "area" || this.shape === "scatter",
    });
  });
  readonly empty = $derived.by(() => !this.plotted?.series.some((one) => one.values.some((value) => value !== null && (value !== 0 || !this.additive))));
}
