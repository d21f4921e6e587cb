/** Pasting into a grid: what it would do, and doing it. Fetched when something is pasted. */
import { api, path } from "../../lib/api";
import { count } from "../../lib/format";
import { HUES } from "../../lib/kinds";
import type { Row, Value, Values } from "../../lib/shapes";
import { idFrom, isWritable, type Field, type Option } from "../../lib/spec";
import { toasts } from "../../lib/toasts.svelte";
import { read } from "../../lib/values/parse";
import { around, defaults, fieldsOf, rowsOf, ROWS_WRITTEN_MAX, said, type Edit } from "./acts";
import { lanesIn, rowsIn, type Area } from "./selection";
import { tiled, type Cells } from "./sheet";
import type { GridState } from "./state.svelte";

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
