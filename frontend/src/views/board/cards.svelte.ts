/** The cards of a board: for each column its count and the rows loaded so far; moves show at once and are taken back when refused. */
import { untrack } from "svelte";
import { SvelteMap } from "svelte/reactivity";
import { api } from "../../lib/api";
import type { AppState } from "../../lib/app.svelte";
import { live } from "../../lib/live.svelte";
import type { Row, Value, Values } from "../../lib/shapes";
import type { Field, Filter, Sort } from "../../lib/spec";
import { toasts } from "../../lib/toasts.svelte";
import { undo } from "../../lib/undo.svelte";
import { workspace } from "../../lib/workspace.svelte";
import { both, groupsOf, pageOf, tablePath } from "../asking";
import { type Column, columns, conditionOf } from "./columns";
import { type Order, type Place, before, placeOf, placed } from "./ordering";

export const CARDS_AT_ONCE = 50;
/** A board with more columns than this is not a board; the rest is named, not drawn. */
export const COLUMNS_MAX = 80;
const WAIT_MS = 150;
const COLUMNS_AT_ONCE = 6;

export interface Wanted {
  by: Field;
  filter?: Filter;
  sorts: Sort[];
  search?: string;
  summaries: Record<string, string>;
  limits: Record<string, number>;
}

/** What a row's field becomes in a column; of several people only the one whose column it left is exchanged. */
function dropped(by: Field, value: Value | undefined, from: string, to: Column): Value {
  if (by.kind !== "person" || !by.many || !Array.isArray(value)) return to.value as Value;
  const kept = (value as string[]).filter((id) => id !== from && id !== to.key);
  return to.key ? [...kept, to.key] : kept;
}

export class Cards {
  columns = $state.raw<Column[]>([]);
  /** Columns that are there but not drawn. */
  left = $state(0);
  order = $state.raw<Order>({});
  state = $state<"loading" | "ready" | "failed">("loading");
  problem = $state.raw<unknown>(null);
  readonly rows = new SvelteMap<number, Row>();
  readonly total = $derived(this.columns.reduce((sum, column) => sum + column.count, 0));
  #app: AppState;
  #table: string;
  #wanted: Wanted | null = null;
  #asked: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #busy = 0;
  #turns = new Map<number, Promise<void>>();
  #waiting = false;
  #off: () => void;

  constructor(app: AppState, table: string) {
    this.#app = app;
    this.#table = table;
    const heard = live.on("rows", (event) => event.app === app.id && event.table === table && this.#later());
    const back = live.onBack(() => this.#later());
    this.#off = () => (heard(), back());
  }

  show(wanted: Wanted): void {
    const same = this.#wanted && JSON.stringify(this.#wanted) === JSON.stringify(wanted);
    if (same) return;
    if (this.#wanted && this.#wanted.by.id !== wanted.by.id) this.order = {};
    this.#wanted = wanted;
    void untrack(() => this.read());
  }

  /** Reads counts and the cards in sight again. */
  async read(): Promise<void> {
    const wanted = this.#wanted;
    if (!wanted) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = false;
    this.#asked?.abort();
    const { signal } = (this.#asked = new AbortController());
    try {
      const { filter, search, summaries, by } = wanted;
      const groups = await groupsOf(this.#app, this.#table, { by: [{ field: by.id }], filter, search, summaries }, signal);
      const all = columns(by, groups, workspace.members, wanted.limits);
      const drawn = all.slice(0, COLUMNS_MAX);
      const lists = await this.#lists(wanted, drawn, signal);
      if (signal.aborted) return;
      this.columns = drawn;
      this.left = all.length - drawn.length;
      this.order = lists;
      this.state = "ready";
      this.problem = null;
    } catch (error) {
      if (signal.aborted) return;
      this.problem = error;
      if (this.state === "loading") this.state = "failed";
      else toasts.problem(error);
    }
  }

  /** The next cards of a column. */
  async more(column: Column): Promise<void> {
    const wanted = this.#wanted, here = this.order[column.key] ?? [];
    if (!wanted || here.length >= column.count) return;
    try {
      const page = await this.#page(wanted, column, here.length, CARDS_AT_ONCE);
      const known = new Set(this.order[column.key] ?? []);
      const fresh = page.filter((id) => !known.has(id));
      this.order = { ...this.order, [column.key]: [...(this.order[column.key] ?? []), ...fresh] };
    } catch (error) {
      toasts.problem(error);
    }
  }

  /** Moves a card: to a place when cards stand by hand, else only into the column. Answers whether it stayed there. */
  async move(id: number, to: Place, byHand: boolean): Promise<boolean> {
    const wanted = this.#wanted, row = this.rows.get(id), from = placeOf(this.order, id);
    const column = this.columns.find((one) => one.key === to.column);
    if (!wanted || !row || !from || !column) return false;
    const other = from.column !== to.column;
    if (!other && !byHand) return false;
    if (!other && from.index === to.index) return false;
    if (byHand && to.index >= (this.order[to.column]?.length ?? 0)) await this.more(column);
    const values: Values = other ? { [wanted.by.id]: dropped(wanted.by, row.values[wanted.by.id], from.column, column) } : {};
    const was = { order: this.order, columns: this.columns, row };
    const stands = before(this.order, id, to);
    this.order = placed(this.order, id, to);
    this.rows.set(id, { ...row, values: { ...row.values, ...values } });
    if (other) this.#count({ [from.column]: -1, [to.column]: 1 });
    this.#overtake();
    this.#busy++;
    const turn = this.#turns.get(id);
    let done = (): void => undefined;
    this.#turns.set(id, new Promise((resolve) => (done = resolve)));
    try {
      // One after the other, so that a second move knows the version that the first one made.
      await turn;
      const where = `${tablePath(this.#app, this.#table)}/rows/${id}`;
      const version = Math.max(row.version, this.rows.get(id)?.version ?? 0);
      const sent = other ? { values, version } : {};
      this.rows.set(id, byHand ? await api.put<Row>(`${where}/position`, { before: stands, ...sent }) : await api.patch<Row>(where, sent));
      void undo.read(this.#app.id);
      return true;
    } catch (error) {
      this.order = was.order;
      this.columns = was.columns;
      this.rows.set(id, was.row);
      toasts.problem(error);
      return false;
    } finally {
      done();
      this.#busy--;
      this.#later();
    }
  }

  /** Adds a row at the end of a column. */
  async add(column: Column, values: Values): Promise<Row | null> {
    const wanted = this.#wanted;
    if (!wanted) return null;
    const own = column.key === "" ? {} : { [wanted.by.id]: column.value as Values[string] };
    try {
      const { rows } = await api.post<{ rows: Row[] }>(`${tablePath(this.#app, this.#table)}/rows`, { values: { ...values, ...own } });
      const [row] = rows;
      if (!row) return null;
      this.rows.set(row.id, row);
      this.order = placed(this.order, row.id, { column: column.key, index: this.order[column.key]?.length ?? 0 });
      this.#count({ [column.key]: 1 });
      void undo.read(this.#app.id);
      this.#later();
      return row;
    } catch (error) {
      toasts.problem(error);
      return null;
    }
  }

  /** While a card is held, nothing moves under the hand. */
  hold(held: boolean): void {
    if (held) this.#overtake();
    this.#busy += held ? 1 : -1;
    if (!held && this.#waiting) this.#later();
  }

  close(): void {
    this.#off();
    clearTimeout(this.#timer);
    this.#asked?.abort();
  }

  /** An answer that is on its way knows nothing of what happens now: it is not waited for, and asked again afterwards. */
  #overtake(): void {
    if (!this.#asked || this.state !== "ready") return;
    this.#asked.abort();
    this.#waiting = true;
  }

  #count(by: Record<string, number>): void {
    this.columns = this.columns.map((one) => (one.key in by ? { ...one, count: Math.max(0, one.count + by[one.key]!) } : one));
  }

  async #lists(wanted: Wanted, drawn: Column[], signal: AbortSignal): Promise<Order> {
    const lists: Record<string, readonly number[]> = {};
    const filled = drawn.filter((column) => column.count > 0);
    for (const column of drawn) lists[column.key] = [];
    for (let n = 0; n < filled.length; n += COLUMNS_AT_ONCE) {
      await Promise.all(filled.slice(n, n + COLUMNS_AT_ONCE).map(async (column) => {
        const shown = Math.max(CARDS_AT_ONCE, this.order[column.key]?.length ?? 0);
        lists[column.key] = await this.#page(wanted, column, 0, shown, signal);
      }));
    }
    return lists;
  }

  async #page(wanted: Wanted, column: Column, offset: number, limit: number, signal?: AbortSignal): Promise<number[]> {
    const filter = both(wanted.filter, conditionOf(wanted.by, column));
    const page = await pageOf(this.#app, this.#table, { filter, sorts: wanted.sorts, search: wanted.search, offset, limit: Math.min(1_000, limit) }, signal);
    if (!signal?.aborted) for (const row of page.rows) this.rows.set(row.id, row);
    return page.rows.map((row) => row.id);
  }

  #later(): void {
    this.#waiting = true;
    if (this.#busy || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (!this.#busy) void this.read();
    }, WAIT_MS);
  }
}
