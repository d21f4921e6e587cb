/** Rows that stand on days: those of a span, those without a day yet, and the moves on their way. For calendars and timelines. */
import { untrack } from "svelte";
import { api } from "../lib/api";
import type { AppState } from "../lib/app.svelte";
import { valueText } from "../lib/format";
import type { Page, Row, Values } from "../lib/shapes";
import { type Condition, type Field, type Filter, type Hue, type Sort, type Table, isWritable, titleField } from "../lib/spec";
import { toasts } from "../lib/toasts.svelte";
import { undo } from "../lib/undo.svelte";
import { workspace } from "../lib/workspace.svelte";
import { Writer } from "../lib/writer.svelte";
import { ruledHue } from "./card/hue";
import { both, everyRow, pageOf, tablePath } from "./asking";
import { type Occasion, type Times, type WhenField, hasClock, occasionOf } from "./calendar/occasions";
import { type Day, isoOf } from "./days";
import { here, instantOf } from "./moments";
import { Reading } from "./reading.svelte";

export const UNDATED_SHOWN_MAX = 50;

export const isWhen = (field: Field): boolean =>
  ["date", "datetime", "created_at", "updated_at"].includes(field.kind) || (field.kind === "formula" && (field.shown_as === "date" || field.shown_as === "datetime"));

const when = (field: Field): WhenField => ({ id: field.id, kind: field.kind === "formula" ? (field.shown_as ?? "date") : field.kind, writable: isWritable(field) });

export function timesOf(table: Table | undefined, view: { start: string; end?: string | null }): Times | null {
  const [start, end] = [view.start, view.end].map((id) => table?.fields?.find((field) => field.id === id));
  return start ? { start: when(start), end: end && isWhen(end) ? when(end) : null, zone: here() } : null;
}

export interface Wanted {
  times: Times;
  filter?: Filter;
  search?: string;
  /** Both included; null reads every row that has a day. */
  span: { from: Day; to: Day } | null;
}

const bound = (field: WhenField, day: Day, zone: string): string => (hasClock(field) ? instantOf({ day, minutes: 0 }, zone) : isoOf(day));

/** The filter that rows on at least one day of the span meet. */
export function during(times: Times, span: { from: Day; to: Day } | null): Filter {
  const { start, end, zone } = times;
  if (!span) return { match: "all", of: [{ field: start.id, op: "not_empty" }] };
  const begins: Condition = { field: start.id, op: "lt", value: bound(start, span.to + 1, zone) };
  const stays: Condition = { field: start.id, op: "gte", value: bound(start, span.from, zone) };
  if (!end) return { match: "all", of: [begins, stays] };
  return { match: "all", of: [begins, { match: "any", of: [stays, { field: end.id, op: "gte", value: bound(end, span.from, zone) }] }] };
}

export class Dated {
  readonly reading: Reading<{ rows: Row[]; more: number }>;
  readonly without: Reading<Page>;
  wanted = $state.raw<Wanted | null>(null);
  readonly writer: Writer;
  /** Rows with what is on its way. */
  readonly rows: Row[] = $derived.by(() => (this.reading.value?.rows ?? []).map((row) => this.writer.over(row)));
  /** Rows at the side; one that is on its way to a day is not there any more. */
  readonly #side: Row[] = $derived.by(() => (this.without.value?.rows ?? []).map((row) => this.writer.over(row)));
  readonly undated: Row[] = $derived(this.#side.filter((row) => !this.#dated(row)));
  readonly shown = $derived(new Map([...this.#side, ...this.rows].map((row) => [row.id, row])));
  readonly occasions: Occasion[] = $derived.by(() => {
    const times = this.wanted?.times;
    return times ? [...this.shown.values()].flatMap((row) => occasionOf(row.id, this.nameOf(row), row.values, times) ?? []) : [];
  });
  #app: AppState;
  #table: () => Table;

  constructor(app: AppState, table: () => Table) {
    this.#app = app;
    this.#table = table;
    this.writer = new Writer(this);
    const tables = (): string[] => [table().id];
    this.reading = new Reading(app, tables, (signal) => this.#read(signal));
    this.without = new Reading(app, tables, (signal) => this.#readWithout(signal));
  }

  show(wanted: Wanted): void {
    const before = untrack(() => this.wanted);
    if (JSON.stringify(wanted) === JSON.stringify(before)) return;
    this.wanted = wanted;
    void this.reading.again();
    if (JSON.stringify({ ...before, span: 0 }) !== JSON.stringify({ ...wanted, span: 0 })) void this.without.again();
  }

  nameOf(row: Row): string {
    const title = titleField(this.#table());
    return (title && valueText(title, row.values[title.id], { member: (id) => workspace.nameOf(id) })) || "No name";
  }

  /** The hue of a row: its colour rule's, or its choice's. */
  hueOf(row: Row | undefined, by: Field | undefined, rules: { hue: Hue; filter: Filter }[] | undefined): string | null {
    if (!row) return null;
    const ruled = ruledHue(row, rules, this.#table().fields);
    if (ruled) return ruled;
    return by?.kind === "select" ? (by.options?.find((one) => one.id === row.values[by.id])?.hue ?? "gray") : null;
  }

  /** Changes a row's values; shows them at once, takes them back when refused. Answers whether they stayed. */
  async write(id: number, values: Values): Promise<boolean> {
    const stayed = await this.writer.write([{ id, values }]);
    const clashes = this.writer.clashes.filter((one) => one.id === id);
    for (const clash of clashes) await this.writer.settle(clash, "theirs");
    if (clashes.length) toasts.say("Someone else moved it at the same moment. What they chose stays.", undefined, "bad");
    if (stayed) void undo.read(this.#app.id);
    this.#later();
    return stayed;
  }

  get path(): string {
    return `${tablePath(this.#app, this.#table().id)}/rows`;
  }

  /** The row as the server last sent it. */
  stored(id: number): Row | undefined {
    return [...(this.reading.value?.rows ?? []), ...(this.without.value?.rows ?? [])].find((row) => row.id === id);
  }

  /** Puts a row as the server sent it in the place of the one that is here; one that has got its day leaves the side. */
  replace(row: Row): void {
    const { value } = this.reading, side = this.without.value, start = this.wanted?.times.start.id;
    const dated = !start || row.values[start] !== null;
    if (value) {
      const others = value.rows.filter((one) => one.id !== row.id);
      this.reading.value = { ...value, rows: dated ? [...others, row] : others };
    }
    if (side?.rows.some((one) => one.id === row.id) && dated) {
      this.without.value = { ...side, rows: side.rows.filter((one) => one.id !== row.id), total: (side.total ?? 1) - 1 };
    }
  }

  async create(values: Values): Promise<Row | null> {
    try {
      const { rows } = await api.post<{ rows: Row[] }>(`${tablePath(this.#app, this.#table().id)}/rows`, { values });
      void undo.read(this.#app.id);
      await this.reading.again();
      return rows[0] ?? null;
    } catch (error) {
      toasts.problem(error);
      return null;
    }
  }

  hold(held: boolean): void {
    this.reading.hold(held);
    this.without.hold(held);
  }

  close(): void {
    this.reading.close();
    this.without.close();
  }

  #dated(row: Row): boolean {
    const start = this.wanted?.times.start.id;
    return !!start && row.values[start] !== null && row.values[start] !== undefined;
  }

  #later(): void {
    void Promise.all([this.reading.again(), this.without.again()]);
  }

  async #read(signal: AbortSignal): Promise<{ rows: Row[]; more: number }> {
    const wanted = this.wanted;
    if (!wanted) return { rows: [], more: 0 };
    const sorts: Sort[] = [{ field: wanted.times.start.id, descending: false }];
    return everyRow(this.#app, this.#table().id, { filter: both(wanted.filter, during(wanted.times, wanted.span)), search: wanted.search, sorts }, signal);
  }

  async #readWithout(signal: AbortSignal): Promise<Page> {
    const wanted = this.wanted;
    if (!wanted?.times.start.writable) return { rows: [], total: 0, offset: 0, next: null };
    const filter = both(wanted.filter, { field: wanted.times.start.id, op: "empty" });
    return pageOf(this.#app, this.#table().id, { filter, search: wanted.search, limit: UNDATED_SHOWN_MAX, total: true }, signal);
  }
}
