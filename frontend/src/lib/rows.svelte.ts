/** The rows of one table as a view wants them: pages by place, kept while they are looked at, edited at once, put right by the server.
 *
 *  Views read `total`, `state`, `at(place)` and call `need(from, to)` for what is in sight; all of it is reactive.
 */
import { SvelteMap } from "svelte/reactivity";
import { api, path } from "./api";
import type { AppState } from "./app.svelte";
import { live } from "./live.svelte";
import type { Page, Row, Values } from "./shapes";
import type { Filter, Sort } from "./spec";
import { Writer } from "./writer.svelte";

export interface RowsQuery {
  filter?: Filter;
  sorts?: Sort[];
  search?: string;
  /** Only these fields are read; all of them when left out. */
  fields?: string[];
}

export const PAGE_ROWS = 100;
/** Rows in one request. */
const BATCH_MAX = 1_000;
const PAGES_KEPT_MAX = 80;
const PAGES_AT_ONCE_MAX = 4;
const REFRESH_WAIT_MS = 120;
/** Rows that `all()` gives at most, for views without pages. */
export const ROWS_AT_ONCE_MAX = 1_000;

export class Rows {
  readonly app: AppState;
  readonly table: string;
  readonly writer: Writer;
  query = $state.raw<RowsQuery>({});
  total = $state<number | null>(null);
  /** What went wrong with the last page that was asked for. */
  problem = $state.raw<unknown>(null);
  /** Goes up with whatever others (or the server) have changed. */
  seen = $state(0);
  readonly state = $derived(this.total !== null ? "ready" : this.problem ? "failed" : "loading");

  #pages = new SvelteMap<number, Row[]>();
  #stale = new Set<number>();
  #asked = new Map<number, AbortController>();
  #generation = 0;
  #sight: [number, number] = [0, PAGE_ROWS];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #held = false;
  #waiting = false;
  #off: () => void;

  constructor(app: AppState, table: string, query: RowsQuery = {}) {
    this.app = app;
    this.table = table;
    this.query = query;
    this.writer = new Writer(this);
    const heard = live.on("rows", (event) => event.app === app.id && this.#heard(event.table));
    // A fill that begins or ends changes which values are being written; what it writes comes as rows.
    const fills = new Map<string, string>();
    const filling = live.on("fill", (event) => {
      if (event.app !== app.id || event.table !== table || fills.get(event.id) === event.state) return;
      fills.set(event.id, event.state);
      this.#later();
    });
    const back = live.onBack(() => this.#later());
    this.#off = () => (heard(), filling(), back());
  }

  get path(): string {
    return path`/api/apps/${this.app.id}/tables/${this.table}/rows`;
  }

  /** Another filter, order or search: all places mean other rows from now on. What is shown stays until its successor comes. */
  show(query: RowsQuery): void {
    if (JSON.stringify(query) === JSON.stringify(this.query) && this.total !== null) return;
    this.query = query;
    this.reload();
  }

  reload(): void {
    this.#generation++;
    for (const asked of this.#asked.values()) asked.abort();
    this.#asked.clear();
    for (const page of this.#pages.keys()) this.#stale.add(page);
    this.#fetchSight();
  }

  /** The row at a place, when it is here. */
  at(place: number): Row | undefined {
    const row = this.#pages.get(Math.floor(place / PAGE_ROWS))?.[place % PAGE_ROWS];
    return row && this.writer.over(row);
  }

  /** The place of a row that is here; -1 when it is not. */
  placeOf(id: number): number {
    for (const [page, rows] of this.#pages) {
      const found = rows.findIndex((row) => row.id === id);
      if (found >= 0) return page * PAGE_ROWS + found;
    }
    return -1;
  }

  byId(id: number): Row | undefined {
    const place = this.placeOf(id);
    return place < 0 ? undefined : this.at(place);
  }

  /** A row as the server sent it, without edits that are on their way. */
  stored(id: number): Row | undefined {
    const place = this.placeOf(id);
    return place < 0 ? undefined : this.#pages.get(Math.floor(place / PAGE_ROWS))?.[place % PAGE_ROWS];
  }

  /** Asks for what is in sight between two places (`to` not included). */
  need(from: number, to: number): void {
    this.#sight = [Math.max(0, from), Math.max(1, to)];
    this.#fetchSight();
  }

  /** The rows between two places, fetched when they are not here. */
  async range(from: number, to: number): Promise<Row[]> {
    const first = Math.floor(from / PAGE_ROWS), last = Math.floor((to - 1) / PAGE_ROWS);
    const pages: Row[][] = [];
    for (let page = first; page <= last; page++) {
      const here = this.#stale.has(page) ? undefined : this.#pages.get(page);
      pages.push(here ?? (await this.#read(page * PAGE_ROWS, PAGE_ROWS)).rows);
    }
    return pages.flat().slice(from - first * PAGE_ROWS, to - first * PAGE_ROWS).map((row) => this.writer.over(row));
  }

  /** Every row of the view, up to a limit, for views that need them all. */
  async all(max = ROWS_AT_ONCE_MAX): Promise<Row[]> {
    const page = await this.#read(0, max, true);
    this.total = page.total ?? page.rows.length;
    return page.rows.map((row) => this.writer.over(row));
  }

  /** Changes values of rows; shows them at once. Resolves when the server has answered. */
  write(edits: readonly { id: number; values: Values }[]): Promise<boolean> {
    return this.writer.write(edits);
  }

  async create(values: readonly Values[], before: number | null = null): Promise<Row[]> {
    const rows: Row[] = [];
    for (let n = 0; n < values.length; n += BATCH_MAX) {
      const made = await api.post<{ rows: Row[] }>(this.path, { rows: values.slice(n, n + BATCH_MAX).map((v) => ({ values: v })) });
      rows.push(...made.rows);
    }
    if (before !== null) for (const row of rows) await api.put(`${this.path}/${row.id}/position`, { before });
    await this.refresh();
    return rows;
  }

  async trash(ids: readonly number[]): Promise<void> {
    for (let n = 0; n < ids.length; n += BATCH_MAX) await api.del(this.path, { ids: ids.slice(n, n + BATCH_MAX) });
    await this.refresh();
  }

  async restore(ids: readonly number[]): Promise<void> {
    await api.post(path`/api/apps/${this.app.id}/tables/${this.table}/restorations`, { ids });
    await this.refresh();
  }

  /** `values` change in the same step, so that a dropped card is one thing to undo. */
  async move(id: number, before: number | null, values?: Values): Promise<void> {
    await api.put(`${this.path}/${id}/position`, { before, values });
    await this.refresh();
  }

  /** Puts a row as the server sent it in the place of the one that is here. */
  replace(row: Row): void {
    for (const [page, rows] of this.#pages) {
      const found = rows.findIndex((one) => one.id === row.id);
      if (found < 0) continue;
      const next = rows.slice();
      next[found] = row;
      this.#pages.set(page, next);
    }
  }

  /** While held, rows do not move away under the person who edits them. */
  hold(held: boolean): void {
    this.#held = held;
    if (!held && this.#waiting) this.#later();
  }

  async refresh(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = false;
    for (const page of this.#pages.keys()) this.#stale.add(page);
    await this.#fetchSight(true);
    this.seen++;
  }

  close(): void {
    this.#off();
    clearTimeout(this.#timer);
    for (const asked of this.#asked.values()) asked.abort();
  }

  #heard(table: string): void {
    if (table === this.table || this.#readsFrom(table)) this.#later();
  }

  /** Links, lookups and rollups show what stands in another table. */
  #readsFrom(table: string): boolean {
    const fields = this.app.table(this.table)?.fields ?? [];
    return fields.some((field) => field.kind === "link" && field.to === table);
  }

  #later(): void {
    this.#waiting = true;
    if (this.#held || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#held) return;
      void this.refresh();
    }, REFRESH_WAIT_MS);
  }

  async #fetchSight(countAgain = false): Promise<void> {
    const [from, to] = this.#sight;
    const first = Math.floor(from / PAGE_ROWS), last = Math.floor(Math.max(from, to - 1) / PAGE_ROWS);
    const wanted: number[] = [];
    for (let page = first; page <= last; page++) if (!this.#pages.has(page) || this.#stale.has(page)) wanted.push(page);
    const total = this.total;
    const within = wanted.filter((page) => total === null || page === 0 || page * PAGE_ROWS < total);
    for (const [page, asked] of this.#asked) {
      if (page < first - 1 || page > last + 1) {
        asked.abort();
        this.#asked.delete(page);
      }
    }
    const open = within.filter((page) => countAgain || !this.#asked.has(page)).slice(0, PAGES_AT_ONCE_MAX);
    await Promise.all(open.map((page, n) => this.#fetch(page, n === 0 && (countAgain || this.total === null || this.#stale.has(page)))));
  }

  async #fetch(page: number, total: boolean): Promise<void> {
    const generation = this.#generation, abort = new AbortController();
    this.#asked.get(page)?.abort();
    this.#asked.set(page, abort);
    try {
      const answer = await this.#read(page * PAGE_ROWS, PAGE_ROWS, total, abort.signal);
      if (generation !== this.#generation || abort.signal.aborted) return;
      this.#pages.set(page, answer.rows);
      this.#stale.delete(page);
      if (answer.total !== null && answer.total !== undefined) this.#count(answer.total);
      this.problem = null;
      this.#forget(page);
    } catch (error) {
      if (abort.signal.aborted || generation !== this.#generation) return;
      this.problem = error;
    } finally {
      if (this.#asked.get(page) === abort) this.#asked.delete(page);
    }
  }

  #count(total: number): void {
    this.total = total;
    const pages = Math.ceil(total / PAGE_ROWS);
    for (const page of this.#pages.keys()) if (page >= pages && page > 0) this.#pages.delete(page);
    for (const page of this.#stale) if (page >= pages) this.#stale.delete(page);
  }

  #read(offset: number, limit: number, total = false, signal?: AbortSignal): Promise<Page> {
    const { filter, sorts, search, fields } = this.query;
    return api.get<Page>(
      this.path,
      { offset, limit, total: total || undefined, filter: filter?.of?.length ? filter : undefined, sorts: sorts?.length ? sorts : undefined, search: search?.trim(), fields },
      { signal },
    );
  }

  /** Lets go of the pages farthest from the newest one. */
  #forget(newest: number): void {
    if (this.#pages.size <= PAGES_KEPT_MAX) return;
    const far = [...this.#pages.keys()].sort((a, b) => Math.abs(b - newest) - Math.abs(a - newest));
    for (const page of far.slice(0, this.#pages.size - PAGES_KEPT_MAX)) {
      this.#pages.delete(page);
      this.#stale.delete(page);
    }
  }
}
