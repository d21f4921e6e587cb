/** The menu of the chosen rows. Fetched when the grid first has the keyboard. */
import { isFilled } from "../../lib/ai";
import { count } from "../../lib/format";
import type { Row } from "../../lib/shapes";
import type { Field } from "../../lib/spec";
import { toasts } from "../../lib/toasts.svelte";
import type { MenuEntry } from "../../parts/Menu.svelte";
import { add, clear, copy, duplicate, fillDown, meant, trash } from "./acts";
import { areaOf, isOne, rowsIn } from "./selection";
import type { GridState } from "./state.svelte";

export function rowMenu(grid: GridState): MenuEntry[] {
  if (!grid.selection) return [];
  const area = areaOf(grid.selection), row = grid.activeRow, many = Math.max(rowsIn(area), grid.marked.size);
  const rows = () => grid.rowsOf(area);
  const look: MenuEntry[] = [
    ...(row ? [{ label: "Open", icon: "maximize-2" as const, keys: "space", act: () => grid.app.openRow(row.id) }] : []),
    { label: isOne(area) ? "Copy the cell" : "Copy the cells", icon: "copy", keys: "mod+c", act: () => void copy(grid, area, null) },
    ...(row ? [{ label: "Copy link", icon: "link" as const, act: () => void copyLink(grid, row.id) }] : []),
  ];
  const field = isOne(area) ? grid.activeField : undefined, fields = grid.fields.slice(area.left, area.right + 1).filter(isFilled);
  if (field && row && isFilled(field)) look.unshift({ head: `${field.name}: filled by AI` }, { label: row.ai?.[field.id]?.state === "review" ? "Who wrote this, and accept it" : "Who wrote this", icon: "sparkles", act: () => (grid.asked = { row: row.id, field: field.id }) }, ...writing(grid, field, row), "line");
  else if (grid.mayWrite && fields.length) look.unshift(...fields.slice(0, 3).map((one): MenuEntry => ({ label: `Fill ${one.name} …`, icon: "sparkles", act: () => void meant(grid).then((rows) => rows.length && (grid.filling = { field: one, rows })) })), "line");
  if (!grid.mayWrite) return look;
  const byHand = grid.mayOrder ? undefined : "Rows stand in the order of a sort";
  return [
    ...look,
    "line",
    { label: "Insert above", icon: "arrow-up", reason: byHand, act: () => void add(grid, { before: row?.id ?? null, near: area.top }) },
    { label: "Insert below", icon: "arrow-down", reason: byHand, act: () => void add(grid, { before: grid.rowAt(area.bottom + 1)?.id ?? null, near: area.top }) },
    { label: many > 1 ? `Duplicate ${count(rowsIn(area), "row")}` : "Duplicate", icon: "copy-plus", act: () => void duplicate(grid, rows()) },
    "line",
    { label: "Fill down", icon: "arrow-down", keys: "mod+d", act: () => void fillDown(grid, area) },
    { label: "Clear", icon: "eraser", keys: "backspace", act: () => void clear(grid, area) },
    "line",
    { label: many > 1 ? `Move ${count(many, "row")} to the trash` : "Move to the trash", icon: "trash-2", bad: true, keys: "mod+backspace", act: () => void meant(grid).then((ids) => (ids.length ? trash(grid, ids) : undefined)) },
  ];
}

function writing(grid: GridState, field: Field, row: Row): MenuEntry[] {
  if (!grid.mayWrite) return [];
  const state = row.ai?.[field.id]?.state, ask = (act: "again" | "accept") => void import("../../parts/ai/asking").then((ai) => ai[act](grid.app, grid.table.id, row.id, field)).then((done) => void (done && grid.rows.refresh()));
  return [
    ...(state === "review" ? [{ label: "Accept it", icon: "check" as const, act: () => ask("accept") }] : []),
    { label: state === "by_hand" ? "Let AI write it again" : "Write again", icon: "refresh-cw", reason: state === "writing" ? "It is being written" : undefined, act: () => ask("again") },
  ];
}

export async function copyLink(grid: { app: GridState["app"] }, row: number): Promise<void> {
  const here = location.pathname.replace(/\/\d+$/, "");
  await navigator.clipboard.writeText(`${location.origin}${here}/${row}`);
  toasts.say("Link copied");
}
