/** One grid on screen: which rows and fields are in sight, what is chosen, what is being edited. Acts that change rows are in `acts.ts`. */
import { SvelteSet } from "svelte/reactivity";
import type { AppState } from "../../lib/app.svelte";
import { Groups } from "../../lib/groups.svelte";
import { Looks } from "../../lib/looks.svelte";
import { Rows } from "../../lib/rows.svelte";
import type { Row, Value } from "../../lib/shapes";
import { isWritable, shownFields, type Field, type Grid, type Summary, type Table } from "../../lib/spec";
import type { Adding } from "./acts";
import { nested, type FlatGroup } from "./groups";
import { barTop, moved, type Depth } from "./depth";
import { lanesBetween, lanesOf, type Lane } from "./lanes";
import { linesBetween, linesOf, stepped, topOf, type Line } from "./lines";
import type { Then } from "../../parts/cells/editing";
import { areaOf, at, isOne, kept, type Area, type Place, type Selection, type Size } from "./selection";

export const GUTTER = 56;
export const HEAD = 34;
export const OVERSCAN_PX = 165;
/** Farther than this between two frames, nobody reads. */
const RUSH_PX = 260;
const SETTLE_MS = 140;
const ROW_HEIGHTS = { compact: 29, normal: 33, roomy: 45 } as const;
const TOUCH_ROW_HEIGHT = 41;

export interface Editing {
  row: number;
  field: string;
  /** What was typed to begin with; null when the value is edited as it is. */
  typed: string | null;
}

export class GridState {
  readonly app: AppState;
  readonly rows: Rows;
  readonly looks: Looks<Grid>;
  readonly groups: Groups;
  readonly marked = new SvelteSet<number>();
  readonly folded = new SvelteSet<string>();
  readonly table: Table = $derived.by(() => this.#table());
  readonly view: Grid = $derived.by(() => this.looks.current);

  selection = $state.raw<Selection | null>(null);
  editing = $state.raw<Editing | null>(null);
  /** A new row that still wants something. */
  adding = $state.raw<Adding | null>(null);
  /** A field that a model is to fill, for some rows or for all; asked about in a dialog. */
  filling = $state.raw<{ field: Field; rows?: number[] } | null>(null);
  /** A value about which one asks who wrote it. */
  asked = $state.raw<{ row: number; field: string } | null>(null);
  /** The model that writes each field, by its id. */
  models = $state.raw<Readonly<Record<string, string>>>({});
  /** Where the fill handle is being pulled over. */
  pulling = $state.raw<Area | null>(null);
  /** The width of a field while its edge is being pulled. */
  widening = $state.raw<{ field: string; width: number } | null>(null);
  /** The sheet flies by: rows are drawn in plain words until it settles. */
  rushing = $state(false);
  #settling: ReturnType<typeof setTimeout> | undefined;
  focused = $state(false);
  coarse = $state(false);
  width = $state(0);
  height = $state(0);
  left = $state(0);
  depth = $state.raw<Depth>({ bar: 0, top: 0 });
  /** Gives the keyboard back to the sheet; set by it. */
  refocus: () => void = () => undefined;
  /** Puts the scroll bar somewhere; set by the sheet. */
  scroller: { to(bar: number | null, left: number | null): void } = { to: () => undefined };

  readonly fields = $derived.by(() => shownFields(this.table, this.view));
  readonly lanes = $derived.by(() => {
    const widths = { ...(this.view.widths ?? {}), ...(this.widening ? { [this.widening.field]: this.widening.width } : {}) };
    // On a phone, frozen lanes would leave no room for the others.
    return lanesOf(this.fields, widths, this.width > 0 && this.width < 560 ? 0 : (this.view.frozen ?? 1));
  });
  readonly rowHeight = $derived.by(() => (this.coarse ? Math.max(TOUCH_ROW_HEIGHT, ROW_HEIGHTS[this.view.row_height ?? "normal"]) : ROW_HEIGHTS[this.view.row_height ?? "normal"]));
  readonly grouped = $derived.by(() => (this.view.groups ?? []).length > 0);
  readonly flat: readonly FlatGroup[] = $derived.by(() => nested(this.groups.all, this.view.groups ?? [], this.table, this.summaries));
  readonly lines = $derived.by(() => linesOf(this.rows.total ?? 0, this.rowHeight, this.grouped ? this.flat : [], this.folded));
  readonly size: Size = $derived.by(() => ({ rows: this.rows.total ?? 0, lanes: this.fields.length }));
  readonly area: Area | null = $derived.by(() => (this.selection ? areaOf(this.selection) : null));
  readonly mayWrite = $derived.by(() => this.app.may("write"));
  readonly mayBuild = $derived.by(() => this.app.may("build"));
  /** The last line, "New row", belongs to the sheet. */
  readonly sheetHeight = $derived.by(() => this.lines.height + (this.mayWrite ? this.rowHeight : 0));
  readonly window = $derived.by(() => Math.max(0, this.height - HEAD));
  /** Lines in sight and a little more, and always the active one, so that what is announced is there. */
  readonly inSight: readonly Line[] = $derived.by(() => {
    const lines = linesBetween(this.lines, this.depth.top - OVERSCAN_PX, this.depth.top + this.window + OVERSCAN_PX);
    const active = this.selection?.active.row;
    if (active !== undefined && active < this.size.rows && !lines.some((l) => l.kind === "row" && l.row === active)) {
      const top = topOf(this.lines, active);
      if (top !== null) lines.push({ kind: "row", row: active, top, height: this.rowHeight });
    }
    return lines;
  });
  readonly frozenLanes: readonly Lane[] = $derived.by(() => this.lanes.all.filter((l) => l.frozen));
  readonly movingLanes: readonly Lane[] = $derived.by(() => {
    const [from, to] = lanesBetween(this.lanes, this.left + this.lanes.frozenWidth - 80, this.left + this.width - GUTTER + 80);
    const lanes = this.lanes.all.slice(from, to);
    const active = this.selection && this.lanes.all[this.selection.active.lane];
    if (active && !active.frozen && !lanes.includes(active)) lanes.push(active);
    return lanes;
  });
  /** Others here, by `row:field`. */
  readonly others = $derived.by(() => {
    const here = new Map<string, { name: string; hue: number }>();
    for (const one of this.app.people) {
      if (one.at?.table === this.table.id && one.at.row != null && one.at.field && one.member !== this.me()) here.set(`${one.at.row}:${one.at.field}`, one);
    }
    return here;
  });

  readonly me: () => string | undefined;
  #table: () => Table;

  constructor(app: AppState, view: () => Grid, table: () => Table, me: () => string | undefined) {
    this.app = app;
    this.me = me;
    this.#table = table;
    this.looks = new Looks<Grid>(app, view, table);
    this.rows = new Rows(app, table().id, this.query);
    this.groups = new Groups(app, table().id);
  }

  get query() {
    return { filter: this.looks.current.filter, sorts: this.looks.sorts, search: this.looks.search };
  }

  /** Figures in the headings of groups: those the view names, else the sum of the first amounts. */
  readonly summaries: Record<string, Summary> = $derived.by(() => {
    const named = this.view.summaries ?? {};
    if (Object.keys(named).length) return named;
    const amounts = this.fields.filter((f) => f.kind === "money").slice(0, 2);
    return Object.fromEntries(amounts.map((f) => [f.id, "sum" as Summary]));
  });

  fieldAt(lane: number): Field | undefined {
    return this.fields[lane];
  }
  rowAt(row: number): Row | undefined {
    return this.rows.at(row);
  }
  get activeRow(): Row | undefined {
    return this.selection ? this.rows.at(this.selection.active.row) : undefined;
  }
  get activeField(): Field | undefined {
    return this.selection ? this.fields[this.selection.active.lane] : undefined;
  }

  /** The rows of the chosen area that are here. */
  rowsOf(area: Area): Row[] {
    const found: Row[] = [];
    for (let row = area.top; row <= area.bottom; row++) {
      const one = this.rows.at(row);
      if (one) found.push(one);
    }
    return found;
  }

  mayEdit(field: Field | undefined): boolean {
    return this.mayWrite && field !== undefined && isWritable(field);
  }

  /** May rows be put anywhere by hand? */
  get mayOrder(): boolean {
    return this.mayWrite && this.looks.sorts.length === 0 && !this.looks.search;
  }

  choose(selection: Selection | null, { show = true } = {}): void {
    const was = this.selection?.active.row;
    this.selection = selection && this.size.rows > 0 && this.size.lanes > 0 ? kept(selection, this.size) : null;
    if (this.selection?.active.row !== was) this.rows.hold(false);
    if (this.selection && show) this.reveal(this.selection.end);
  }

  step(rows: number, lanes: number, extend: boolean): void {
    const from = this.selection ?? at(0, 0);
    const start = extend ? from.end : from.active;
    const to: Place = { row: rows === 0 ? start.row : stepped(this.lines, start.row, rows), lane: start.lane + lanes };
    this.choose(extend ? { active: from.active, end: to } : at(to.row, to.lane));
  }

  /** Scrolls just enough for a place to be in sight. */
  reveal({ row, lane }: Place): void {
    const top = topOf(this.lines, row);
    let bar: number | null = null, left: number | null = null;
    if (top !== null) {
      const bottom = top + this.rowHeight;
      let to: number | null = null;
      if (top < this.depth.top) to = top;
      else if (bottom > this.depth.top + this.window) to = bottom - this.window;
      if (to !== null) {
        const most = Math.max(0, this.sheetHeight - this.window);
        to = Math.min(most, Math.max(0, to));
        bar = barTop(to, this.sheetHeight, this.window);
        this.depth = { bar, top: to };
      }
    }
    const found = this.lanes.all[lane];
    if (found && !found.frozen) {
      const room = this.width - GUTTER - this.lanes.frozenWidth, from = found.left - this.lanes.frozenWidth;
      if (from < this.left) left = from;
      else if (from + found.width > this.left + room) left = Math.min(from, from + found.width - room);
    }
    if (bar !== null || left !== null) this.scroller.to(bar, left);
  }

  scrolled(bar: number, left: number): void {
    this.left = left;
    if (bar === this.depth.bar) return;
    const fast = Math.abs(bar - this.depth.bar) > RUSH_PX;
    this.depth = moved(this.depth, bar, this.sheetHeight, this.window);
    if (fast) this.rushing = true;
    if (!this.rushing) return;
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => (this.rushing = false), SETTLE_MS);
  }

  /** Asks for the rows in sight. */
  need(): void {
    let from = Infinity, to = 0;
    for (const line of this.inSight) {
      if (line.kind !== "row" || line.top > this.depth.top + this.window + OVERSCAN_PX || line.top < this.depth.top - 2 * OVERSCAN_PX) continue;
      from = Math.min(from, line.row);
      to = Math.max(to, line.row + 1);
    }
    if (to > 0) this.rows.need(from, to);
  }

  edit(typed: string | null = null): void {
    const row = this.activeRow, field = this.activeField;
    if (!row || !field) return;
    this.rows.hold(true);
    this.editing = { row: row.id, field: field.id, typed };
  }

  /** Ends editing and goes where the key said; the row stays where it is until one leaves it. */
  leave(then: Then): void {
    this.editing = null;
    this.refocus();
    if (then === "stay" || !this.selection) return;
    const { row, lane } = this.selection.active;
    const to = { down: { row: stepped(this.lines, row, 1), lane }, up: { row: stepped(this.lines, row, -1), lane }, left: { row, lane: lane - 1 }, right: { row, lane: lane + 1 } }[then];
    this.choose({ active: to, end: to });
  }

  get several(): boolean {
    return this.area !== null && !isOne(this.area);
  }

  valueAt(place: Place): Value | undefined {
    const field = this.fields[place.lane];
    return field && this.rows.at(place.row)?.values[field.id];
  }

  toggleGroup(key: string): void {
    if (this.folded.has(key)) this.folded.delete(key);
    else this.folded.add(key);
  }

  /** The innermost group in which a row stands. */
  groupOf(row: number): FlatGroup | undefined {
    const inner = (this.view.groups ?? []).length - 1;
    let first = 0;
    for (const group of this.flat) {
      if (group.level !== inner) continue;
      if (row < first + group.count) return group;
      first += group.count;
    }
    return undefined;
  }

  close(): void {
    clearTimeout(this.#settling);
    this.rows.close();
  }
}
