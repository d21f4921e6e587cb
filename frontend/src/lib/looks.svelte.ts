/** How one person looks at a view: the saved view, and over it what this person has changed and not yet saved for everyone. */
import type { AppState } from "./app.svelte";
import type { Condition, Filter, Grouping, RowsView, Sort, Table } from "./spec";

/** What may be changed in passing. */
const PERSONAL = ["filter", "sorts", "groups", "hidden", "order", "colours", "widths", "frozen", "row_height", "summaries"] as const;
type Key = (typeof PERSONAL)[number];
export type Look = Partial<Record<Key, unknown>>;

const place = (app: string, view: string): string => `sayso.look.${app}.${view}`;

export class Looks<V extends RowsView = RowsView> {
  #app: AppState;
  #saved: () => V;
  #table: () => Table;
  #own = $state.raw<Look>({});
  /** The view as this person sees it. Parts that name a field which has gone are left out. */
  readonly current: V = $derived.by(() => {
    const merged = { ...this.#saved(), ...this.#own } as V;
    return fitted(merged, this.#table());
  });
  readonly changed = $derived(Object.keys(this.#own).length > 0);
  readonly conditions = $derived(countOf(this.current.filter));
  search = $state("");

  constructor(app: AppState, saved: () => V, table: () => Table) {
    this.#app = app;
    this.#saved = saved;
    this.#table = table;
    this.#own = kept(app.id, saved().id);
  }

  get mayShare(): boolean {
    return this.#app.may("build");
  }

  /** Changes the look for this person only. */
  set(look: Look): void {
    const saved = this.#saved() as unknown as Record<string, unknown>;
    const own: Record<string, unknown> = { ...this.#own, ...look };
    for (const key of Object.keys(own)) if (same(own[key], saved[key])) delete own[key];
    this.#own = own;
    this.#keep();
  }

  /** Back to how everyone sees it. */
  reset(): void {
    this.#own = {};
    this.#keep();
  }

  /** Makes this the view of everyone: one change, with an undo of its own. */
  async share(): Promise<void> {
    const view = this.#saved();
    await this.#app.change(`Saved the view ${view.name}`, [{ do: "alter", part: "view", id: view.id, value: { ...view, ...this.#own } }]);
    this.reset();
  }

  /** Groups come first in the order of rows. */
  get sorts(): Sort[] {
    const { groups = [], sorts = [] } = this.current;
    const first = groups.map(({ field, descending }): Sort => ({ field, descending: descending ?? false }));
    return [...first, ...sorts.filter((s) => !first.some((f) => f.field === s.field))];
  }

  #keep(): void {
    const at = place(this.#app.id, this.#saved().id);
    try {
      if (Object.keys(this.#own).length) localStorage.setItem(at, JSON.stringify(this.#own));
      else localStorage.removeItem(at);
    } catch {
      // A full or forbidden store only means that the look is forgotten on reload.
    }
  }
}

function kept(app: string, view: string): Look {
  try {
    const raw: unknown = JSON.parse(localStorage.getItem(place(app, view)) ?? "{}");
    if (raw === null || typeof raw !== "object") return {};
    return Object.fromEntries(Object.entries(raw).filter(([key]) => (PERSONAL as readonly string[]).includes(key)));
  } catch {
    return {};
  }
}

const EMPTIES = [[], {}];
function same(a: unknown, b: unknown): boolean {
  const plain = (x: unknown): string => (x === undefined || EMPTIES.some((e) => JSON.stringify(x) === JSON.stringify(e)) ? "" : JSON.stringify(x));
  return plain(a) === plain(b);
}

export const isCondition = (one: Condition | Filter): one is Condition => "field" in one;
export const countOf = (filter: Filter | undefined): number =>
  (filter?.of ?? []).reduce((n, one) => n + (isCondition(one) ? 1 : countOf(one)), 0);

/** Without conditions on fields that are not there. */
export function fittedFilter(filter: Filter | undefined, has: (id: string) => boolean): Filter {
  return {
    match: filter?.match ?? "all",
    of: (filter?.of ?? []).flatMap((one): (Condition | Filter)[] => (isCondition(one) ? (has(one.field) ? [one] : []) : [fittedFilter(one, has)])),
  };
}

function fitted<V extends RowsView>(view: V, table: Table): V {
  const ids = new Set((table.fields ?? []).map((f) => f.id));
  const has = (id: string): boolean => ids.has(id);
  return {
    ...view,
    filter: fittedFilter(view.filter, has),
    sorts: (view.sorts ?? []).filter((s: Sort) => has(s.field)),
    groups: (view.groups ?? []).filter((g: Grouping) => has(g.field)),
    hidden: (view.hidden ?? []).filter(has),
    order: (view.order ?? []).filter(has),
    colours: (view.colours ?? []).map((c) => ({ ...c, filter: fittedFilter(c.filter, has) })),
  };
}
