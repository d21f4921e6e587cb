/** What a person does to rows in a grid: write, clear, fill, copy, paste, add, duplicate, throw away. Each says what it did, with a way back. */
import { count, isEmpty } from "../../lib/format";
import type { Row, Value, Values } from "../../lib/shapes";
import { idFrom, isWritable, type Condition, type Field, type Option } from "../../lib/spec";
import { isCondition } from "../../lib/looks.svelte";
import { toasts } from "../../lib/toasts.svelte";
import { undo } from "../../lib/undo.svelte";
import { emptyOf, read } from "../../lib/values/parse";
import { written } from "../../lib/values/written";
import { workspace } from "../../lib/workspace.svelte";
import { HUES } from "../../lib/kinds";
import { api, path } from "../../lib/api";
import { filled } from "./fill";
import { areaOf, at, cellsIn, isOne, lanesIn, rowsIn, type Area } from "./selection";
import { fromHtml, fromTsv, tiled, toHtml, toTsv, type Cells } from "./sheet";
import type { GridState } from "./state.svelte";

export const CELLS_COPIED_MAX = 200_000;
export const ROWS_WRITTEN_MAX = 5_000;

type Edit = { id: number; values: Values };
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
async function rowsOf(grid: GridState, area: Area): Promise<Row[]> {
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

const fieldsOf = (grid: GridState, area: Area): Field[] => grid.fields.slice(area.left, area.right + 1);

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

const around = () => ({ members: workspace.members, today: new Date() });

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

/** What a paste would do, before it does it. */
export interface Pasting {
  rows: Row[];
  edits: Edit[];
  added: Values[];
  /** Choices that fields do not have yet, by field id. */
  unknown: Map<string, string[]>;
  problems: string[];
  passed: number;
  cells: Cells;
  area: Area;
}

/** Reads pasted text by the kinds of the fields it lands on. Links are found by the name of the row. */
export async function pasting(grid: GridState, raw: Cells, chosen: Area): Promise<Pasting> {
  const cells = tiled(raw, rowsIn(chosen), lanesIn(chosen));
  const height = Math.min(cells.length, ROWS_WRITTEN_MAX), width = Math.min(cells[0]?.length ?? 0, grid.fields.length - chosen.left);
  const area: Area = { top: chosen.top, left: chosen.left, bottom: chosen.top + height - 1, right: chosen.left + width - 1 };
  const rows = await rowsOf(grid, { ...area, bottom: Math.min(area.bottom, grid.size.rows - 1) });
  const result: Pasting = { rows, edits: [], added: [], unknown: new Map(), problems: [], passed: 0, cells, area };
  const fields = fieldsOf(grid, area);
  const found = await linked(grid, fields, cells);
  for (let r = 0; r < height; r++) {
    const values: Values = {};
    fields.forEach((field, c) => {
      const text = cells[r]![c]!;
      if (!isWritable(field) || field.kind === "file" || field.kind === "image") return void result.passed++;
      const got = field.kind === "link" ? found(field, text) : read(field, text, around());
      if ("problem" in got) result.problems.push(got.problem);
      else {
        if ("unknown" in got) result.unknown.set(field.id, [...new Set([...(result.unknown.get(field.id) ?? []), ...got.unknown])]);
        values[field.id] = got.value;
      }
    });
    const row = rows[r];
    if (row) result.edits.push({ id: row.id, values });
    else result.added.push({ ...defaults(grid), ...values });
  }
  return result;
}

const LINK_NAMES_MAX = 200;

/** Finds the rows that pasted names mean, one question per name. */
async function linked(grid: GridState, fields: Field[], cells: Cells): Promise<(field: Field, text: string) => { value: Value } | { problem: string }> {
  const found = new Map<string, number>();
  for (const [c, field] of fields.entries()) {
    if (field.kind !== "link") continue;
    const wanted = new Set(cells.flatMap((row) => pieces(row[c] ?? "", field.many ?? false)));
    for (const name of [...wanted].slice(0, LINK_NAMES_MAX)) {
      const id = await rowNamed(grid, field.to, name);
      if (id !== null) found.set(`${field.id}\n${name}`, id);
    }
  }
  return (field, text) => {
    if (field.kind !== "link" || text.trim() === "") return { value: [] };
    const wanted = pieces(text, field.many ?? false);
    const missing = wanted.filter((name) => !found.has(`${field.id}\n${name}`));
    if (missing.length) return { problem: `${field.name}: no row is called ${missing[0]}` };
    return { value: wanted.map((name) => ({ id: found.get(`${field.id}\n${name}`)!, name })) };
  };
}
const pieces = (text: string, many: boolean): string[] => (many ? text.split(/[,;\n]/) : [text]).map((p) => p.trim()).filter(Boolean);

async function rowNamed(grid: GridState, table: string, name: string): Promise<number | null> {
  const target = grid.app.table(table), title = target?.fields?.find((f) => f.id === target.title) ?? target?.fields?.[0];
  if (!target || !title) return null;
  const filter = { match: "all", of: [{ field: title.id, op: "is", value: name }] };
  const page = await api.get<{ rows: Row[] }>(path`/api/apps/${grid.app.id}/tables/${table}/rows`, { filter, fields: [title.id], limit: 1 });
  return page.rows[0]?.id ?? null;
}

/** Adds the missing choices to their fields, as one change. */
export async function addOptions(grid: GridState, unknown: Map<string, string[]>): Promise<void> {
  const steps = [...unknown].map(([id, fresh]) => {
    const field = grid.table.fields!.find((f) => f.id === id)! as Field & { options?: Option[] };
    return { do: "alter" as const, part: "field" as const, table: grid.table.id, id, value: { ...field, options: withOptions(field.options ?? [], fresh) } };
  });
  await grid.app.change(`Added ${count([...unknown.values()].flat().length, "choice")}`, steps, { say: false });
}

export function withOptions(options: readonly Option[], fresh: readonly string[]): Option[] {
  const all = [...options];
  for (const name of fresh) all.push({ id: idFrom(name, all.map((o) => o.id)), name, hue: HUES[(all.length % (HUES.length - 1)) + 1]! });
  return all;
}

export async function paste(grid: GridState, plan: Pasting): Promise<void> {
  const edits = plan.edits.filter((edit) => Object.keys(edit.values).length);
  const cells = [...edits.map((e) => e.values), ...plan.added].reduce((n, v) => n + Object.keys(v).length, 0);
  if (edits.length && !(await grid.rows.write(edits))) return;
  if (plan.added.length) {
    try {
      await grid.rows.create(plan.added);
    } catch (error) {
      return toasts.problem(error);
    }
  }
  grid.choose({ active: { row: plan.area.top, lane: plan.area.left }, end: { row: plan.area.bottom, lane: plan.area.right } }, { show: false });
  const more = [
    plan.added.length ? `${count(plan.added.length, "row")} added` : "",
    plan.problems.length ? `${count(plan.problems.length, "value")} could not be read: ${plan.problems[0]}` : "",
    plan.passed ? `${count(plan.passed, "cell")} passed over, as they cannot be typed into` : "",
  ].filter(Boolean);
  said(grid, [`${count(cells, "cell")} pasted`, ...more].join(" · "));
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
