/** What a person does to rows in a grid: write, clear, fill, copy, add, duplicate, throw away. Each says what it did, with a way back. */
import { count, isEmpty } from "../../lib/format";
import type { Row, Value, Values } from "../../lib/shapes";
import { isWritable, type Condition, type Field } from "../../lib/spec";
import { isCondition } from "../../lib/looks.svelte";
import { toasts } from "../../lib/toasts.svelte";
import { undo } from "../../lib/undo.svelte";
import { emptyOf, read } from "../../lib/values/parse";
import { written } from "../../lib/values/written";
import { workspace } from "../../lib/workspace.svelte";
import { filled } from "./fill";
import { areaOf, at, cellsIn, isOne, lanesIn, rowsIn, type Area } from "./selection";
import { fromHtml, fromTsv, toHtml, toTsv, type Cells } from "./sheet";
import type { GridState } from "./state.svelte";

export const CELLS_COPIED_MAX = 200_000;
export const ROWS_WRITTEN_MAX = 5_000;

export type Edit = { id: number; values: Values };
const names = { member: (id: string) => workspace.nameOf(id) };

/** Says what was done, with an undo. */
export function said(grid: GridState, words: string): void {
  void undo.read(grid.app.id);
  toasts.say(words, { label: "Undo", key: "mod+z", act: () => void undo.undo(grid.app) });
}

export async function save(grid: GridState, row: Row, field: Field, value: Value): Promise<void> {
  if (JSON.stringify(row.values[field.id] ?? null) === JSON.stringify(value)) return;
  if (await grid.rows.write([{ id: row.id, values: { [field.id]: value } }])) void undo.read(grid.app.id);
}

async function writeAll(grid: GridState, edits: Edit[], words: (cells: number) => string): Promise<void> {
  const cells = edits.reduce((n, e) => n + Object.keys(e.values).length, 0);
  if (cells === 0) return;
  if (await grid.rows.write(edits)) said(grid, words(cells));
}

/** The rows of an area, read from the server where they are not here. */
export async function rowsOf(grid: GridState, area: Area): Promise<Row[]> {
  const here = grid.rowsOf(area);
  if (here.length === rowsIn(area)) return here;
  if (rowsIn(area) > ROWS_WRITTEN_MAX) {
    toasts.say(`At most ${ROWS_WRITTEN_MAX.toLocaleString("en")} rows at once`, undefined, "bad");
    return [];
  }
  return grid.rows.range(area.top, area.bottom + 1);
}

export async function clear(grid: GridState, area: Area): Promise<void> {
  const fields = fieldsOf(grid, area).filter(isWritable);
  const edits = (await rowsOf(grid, area)).map((row) => ({ id: row.id, values: Object.fromEntries(fields.map((f) => [f.id, emptyOf(f)])) }));
  if (fields.length === 0) return void toasts.say("These cells cannot be typed into");
  if (isOne(area)) {
    if (edits[0] && (await grid.rows.write(edits))) void undo.read(grid.app.id);
    return;
  }
  await writeAll(grid, edits, (n) => `${count(n, "cell")} cleared`);
}

export const fieldsOf = (grid: GridState, area: Area): Field[] => grid.fields.slice(area.left, area.right + 1);

/** ⌘D: what the first row says, in all the rows below. */
export async function fillDown(grid: GridState, area: Area): Promise<void> {
  const source = isOne(area) || rowsIn(area) === 1 ? { ...area, top: Math.max(0, area.top - 1), bottom: Math.max(0, area.top - 1) } : { ...area, bottom: area.top };
  const target = isOne(area) || rowsIn(area) === 1 ? area : { ...area, top: area.top + 1 };
  await fillInto(grid, source, target, "down");
}
export async function fillRight(grid: GridState, area: Area): Promise<void> {
  if (lanesIn(area) === 1) return;
  await fillInto(grid, { ...area, right: area.left }, { ...area, left: area.left + 1 }, "right");
}

/** The pulled handle. Sideways, a value goes over as text and is read by the field it meets. */
export async function fillInto(grid: GridState, source: Area, target: Area, way: "down" | "up" | "right" | "left"): Promise<void> {
  const from = await rowsOf(grid, source), to = await rowsOf(grid, target);
  if (from.length === 0 || to.length === 0) return;
  const edits = way === "down" || way === "up" ? filledDown(grid, source, from, to, way === "up") : filledAcross(grid, source, target, to, way === "left");
  await writeAll(grid, edits, (n) => `${count(n, "cell")} filled`);
  grid.choose({ active: { row: Math.min(source.top, target.top), lane: Math.min(source.left, target.left) }, end: { row: Math.max(source.bottom, target.bottom), lane: Math.max(source.right, target.right) } }, { show: false });
}

function filledDown(grid: GridState, source: Area, from: Row[], to: Row[], back: boolean): Edit[] {
  const rows = back ? [...to].reverse() : to;
  const edits = rows.map((row): Edit => ({ id: row.id, values: {} }));
  for (const field of fieldsOf(grid, source).filter(isWritable)) {
    const values = filled(field, from.map((row) => row.values[field.id] ?? emptyOf(field)), rows.length, back);
    edits.forEach((edit, n) => (edit.values[field.id] = values[n]!));
  }
  return edits.filter((edit) => Object.keys(edit.values).length);
}

function filledAcross(grid: GridState, source: Area, target: Area, rows: Row[], back: boolean): Edit[] {
  const from = fieldsOf(grid, source), to = fieldsOf(grid, target);
  if (back) (from.reverse(), to.reverse());
  return rows
    .map((row): Edit => ({
      id: row.id,
      values: Object.fromEntries(
        to.filter(isWritable).flatMap((field): [string, Value][] => {
          const origin = from[to.indexOf(field) % from.length]!;
          if (origin.kind === field.kind && origin.kind !== "select" && origin.kind !== "multi_select" && origin.kind !== "link") return [[field.id, row.values[origin.id] ?? emptyOf(field)]];
          const got = read(field, written(origin, row.values[origin.id], names), around());
          return "value" in got && !("unknown" in got) ? [[field.id, got.value]] : [];
        }),
      ),
    }))
    .filter((edit) => Object.keys(edit.values).length);
}

export const around = () => ({ members: workspace.members, today: new Date() });

/** The chosen cells as text; null when they are not all here. */
export function cellsHere(grid: GridState, area: Area): Cells | null {
  const rows = grid.rowsOf(area);
  return rows.length === rowsIn(area) ? asCells(grid, area, rows) : null;
}
const asCells = (grid: GridState, area: Area, rows: Row[]): Cells => rows.map((row) => fieldsOf(grid, area).map((f) => written(f, row.values[f.id], names)));

/** Copies now when everything is here, else as soon as it has been read. */
export async function copy(grid: GridState, area: Area, clipboard: DataTransfer | null): Promise<void> {
  if (cellsIn(area) > CELLS_COPIED_MAX) return void toasts.say(`At most ${CELLS_COPIED_MAX.toLocaleString("en")} cells can be copied; export the view instead`, undefined, "bad");
  const here = cellsHere(grid, area);
  if (here && clipboard) {
    clipboard.setData("text/plain", toTsv(here));
    clipboard.setData("text/html", toHtml(here));
  } else {
    const cells = here ?? asCells(grid, area, await grid.rows.range(area.top, area.bottom + 1));
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": new Blob([toTsv(cells)], { type: "text/plain" }), "text/html": new Blob([toHtml(cells)], { type: "text/html" }) })]);
  }
  toasts.say(`${count(cellsIn(area), "cell")} copied`);
}

export function cellsFrom(clipboard: DataTransfer): Cells {
  const table = fromHtml(clipboard.getData("text/html"));
  return table ?? fromTsv(clipboard.getData("text/plain").replace(/\r?\n$/, ""));
}

/** What a new row begins with, so that it belongs to the view: values that its filter and its group ask for. */
export function defaults(grid: GridState, row?: number): Values {
  const values: Values = {};
  const has = (id: string) => grid.table.fields?.find((f) => f.id === id && isWritable(f));
  if ((grid.view.filter?.match ?? "all") === "all") {
    for (const one of (grid.view.filter?.of ?? []) as Condition[]) {
      if (!isCondition(one) || one.op !== "is" || one.value == null) continue;
      const field = has(one.field);
      if (field && ["select", "checkbox", "text", "number", "date"].includes(field.kind)) values[field.id] = one.value as Value;
      if (field?.kind === "person" && one.value === "me" && grid.me()) values[field.id] = [grid.me()!];
    }
  }
  const group = row === undefined ? undefined : grid.groupOf(row);
  if (group && isWritable(group.field) && !(grid.view.groups ?? [])[group.level]?.bucket && group.group.key !== null) {
    const { field } = group, key = group.group.key;
    values[field.id] = ["person", "multi_select", "link"].includes(field.kind) && !Array.isArray(key) ? [key as string] : key;
  }
  return values;
}

export interface Adding {
  before: number | null;
  values: Values;
  /** What a row cannot be without, and has not yet. */
  missing: Field[];
}

/** A new row at the end, or before another. What it cannot be without is asked first. */
export async function add(grid: GridState, { before = null, near }: { before?: number | null; near?: number } = {}): Promise<void> {
  const values = defaults(grid, near);
  const missing = (grid.table.fields ?? []).filter((f) => f.required && isWritable(f) && f.kind !== "checkbox" && isEmpty(values[f.id]) && isEmpty((f as { default?: Value }).default));
  if (missing.length) grid.adding = { before, values, missing };
  else await make(grid, values, before);
}

/** Makes the row and goes to it; its first cell is ready to be typed into. */
export async function make(grid: GridState, values: Values, before: number | null): Promise<void> {
  try {
    const [made] = await grid.rows.create([values], before);
    if (!made) return;
    void undo.read(grid.app.id);
    const total = grid.rows.total ?? 0;
    if (grid.mayOrder && before === null && total > 0) {
      grid.reveal({ row: total - 1, lane: 0 });
      grid.need();
      await grid.rows.refresh();
    }
    const place = grid.rows.placeOf(made.id);
    if (place < 0) return void toasts.say("Added. The view’s filter or order puts it elsewhere", { label: "Open", act: () => grid.app.openRow(made.id) });
    const lane = Math.max(0, grid.fields.findIndex((f) => isWritable(f) && isEmpty(made.values[f.id])));
    grid.choose(at(place, lane));
    grid.refocus();
    if (grid.mayEdit(grid.fields[lane]) && Object.keys(values).length === 0) grid.edit();
  } catch (error) {
    toasts.problem(error);
  }
}

export async function duplicate(grid: GridState, rows: Row[]): Promise<void> {
  try {
    const fields = (grid.table.fields ?? []).filter((f) => isWritable(f) && !f.unique);
    await grid.rows.create(rows.map((row) => Object.fromEntries(fields.map((f) => [f.id, row.values[f.id] ?? emptyOf(f)]))));
    said(grid, `${count(rows.length, "row")} duplicated`);
  } catch (error) {
    toasts.problem(error);
  }
}

export async function trash(grid: GridState, ids: readonly number[]): Promise<void> {
  try {
    await grid.rows.trash(ids);
    for (const id of ids) grid.marked.delete(id);
    if (grid.app.row !== null && ids.includes(grid.app.row)) grid.app.openRow(null);
    if (grid.selection) grid.choose(grid.selection, { show: false });
    said(grid, `${count(ids.length, "row")} moved to the trash`);
  } catch (error) {
    toasts.problem(error);
  }
}

/** The rows that an act on rows means: the marked ones, else those of the chosen area. */
export async function meant(grid: GridState): Promise<number[]> {
  if (grid.marked.size) return [...grid.marked];
  if (!grid.selection) return [];
  return (await rowsOf(grid, areaOf(grid.selection))).map((row) => row.id);
}
