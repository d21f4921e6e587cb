/** Carries out what a key means. */
import { clear, fillDown, fillRight, meant, trash, add } from "./acts";
import { commandFor, type Command } from "./keys";
import { reordered } from "./lanes";
import { areaOf, at, everything, rowsIn, wholeLane, wholeRow } from "./selection";
import { toasts } from "../../lib/toasts.svelte";
import type { GridState } from "./state.svelte";
import { topOf } from "./lines";
import { GUTTER, HEAD } from "./state.svelte";

type Menu = (at: { x: number; y: number }) => void;

export function pressedIn(grid: GridState, event: KeyboardEvent, scroller: HTMLElement, onmenu: Menu): void {
  if (event.target !== event.currentTarget) return;
  if (grid.editing) return typedAhead(grid, event);
  const command = commandFor(event);
  if (!command || grid.size.rows === 0) {
    if (command?.do === "add" && grid.mayWrite) (event.preventDefault(), void add(grid));
    return;
  }
  if (carriedOut(grid, command, scroller, onmenu)) event.preventDefault();
}

/** Letters that come before the editor is there are not lost. */
function typedAhead(grid: GridState, event: KeyboardEvent): void {
  if (event.key === "Escape") grid.leave("stay");
  else if (event.key.length > 1 || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  if (event.key.length === 1 && grid.editing) grid.editing = { ...grid.editing, typed: (grid.editing.typed ?? "") + event.key };
}

/** False when the key is left to the browser. */
function carriedOut(grid: GridState, command: Command, scroller: HTMLElement, onmenu: Menu): boolean {
  const selection = grid.selection ?? at(0, 0), area = areaOf(selection), { size } = grid;
  switch (command.do) {
    case "move": grid.step(command.rows, command.lanes, command.extend); return true;
    case "edge": {
      const from = command.extend ? selection.end : selection.active;
      const to = { up: { row: 0, lane: from.lane }, down: { row: size.rows - 1, lane: from.lane }, left: { row: from.row, lane: 0 }, right: { row: from.row, lane: size.lanes - 1 } }[command.way];
      grid.choose(command.extend ? { active: selection.active, end: to } : { active: to, end: to });
      return true;
    }
    case "corner": {
      const to = command.which === "first" ? { row: 0, lane: 0 } : { row: size.rows - 1, lane: size.lanes - 1 };
      grid.choose(command.extend ? { active: selection.active, end: to } : { active: to, end: to });
      return true;
    }
    case "page": grid.step(command.pages * Math.max(1, Math.floor(grid.window / grid.rowHeight) - 1), 0, command.extend); return true;
    case "tab": {
      // At either end of a row Tab leaves the grid, so that nobody is caught in it.
      const lane = selection.active.lane + (command.back ? -1 : 1);
      if (lane < 0 || lane >= size.lanes) return false;
      grid.choose(at(selection.active.row, lane));
      return true;
    }
    case "edit": return startEditing(grid, null);
    case "type": return startEditing(grid, command.text);
    case "clear": if (grid.mayWrite) void clear(grid, area); return true;
    case "open": if (grid.activeRow) grid.app.openRow(grid.activeRow.id); return true;
    case "mark": markRows(grid); return true;
    case "all": grid.choose(everything(size), { show: false }); return true;
    case "row": grid.choose(wholeRow(selection.active.row, selection.end.row, size), { show: false }); return true;
    case "lane": grid.choose(wholeLane(selection.active.lane, selection.end.lane, size), { show: false }); return true;
    case "fill_down": if (grid.mayWrite) void fillDown(grid, area); return true;
    case "fill_right": if (grid.mayWrite) void fillRight(grid, area); return true;
    case "add": if (grid.mayWrite) void add(grid, { near: selection.active.row, before: null }); return true;
    case "trash": if (grid.mayWrite) void meant(grid).then((ids) => (ids.length ? trash(grid, ids) : undefined)); return true;
    case "menu": onmenu(cellCorner(grid, scroller)); return true;
    case "fold": case "unfold": {
      const group = grid.groupOf(selection.active.row);
      if (!group) return false;
      if (command.do === "fold") grid.folded.add(group.key);
      else grid.folded.delete(group.key);
      return true;
    }
    case "reorder": moveLane(grid, selection.active.lane, command.by); return true;
    case "carry": carry(grid, selection.active.row, command.by); return true;
    case "leave":
      if (grid.several) grid.choose(at(selection.active.row, selection.active.lane), { show: false });
      else if (grid.marked.size) grid.marked.clear();
      else if (grid.app.row !== null) grid.app.openRow(null);
      else return false;
      return true;
    default: return false;
  }
}

export function startEditing(grid: GridState, typed: string | null): boolean {
  const field = grid.activeField, row = grid.activeRow;
  if (!field || !row || !grid.mayWrite) return typed === null && row !== undefined ? (grid.app.openRow(row.id), true) : false;
  if (field.kind === "checkbox") {
    if (typed === null || /^[ x1y]$/i.test(typed)) void grid.rows.write([{ id: row.id, values: { [field.id]: row.values[field.id] !== true } }]);
    return true;
  }
  // What cannot be typed into says why on Enter, and leaves other keys alone.
  if (!grid.mayEdit(field) && typed !== null) return false;
  grid.edit(typed);
  return true;
}

function markRows(grid: GridState): void {
  if (!grid.area || rowsIn(grid.area) > 5_000) return;
  const rows = grid.rowsOf(grid.area), all = rows.every((row) => grid.marked.has(row.id));
  for (const row of rows) {
    if (all) grid.marked.delete(row.id);
    else grid.marked.add(row.id);
  }
}

/** ⌥⇧← and ⌥⇧→ carry a field along. */
export function moveLane(grid: GridState, lane: number, by: 1 | -1): void {
  const ids = grid.fields.map((f) => f.id), moved = ids[lane], to = lane + by;
  if (!moved || to < 0 || to >= ids.length) return;
  const before = by === 1 ? (ids[to + 1] ?? null) : ids[to]!;
  grid.looks.set({ order: reordered(ids, moved, before) });
  const row = grid.selection?.active.row ?? 0;
  grid.choose(at(row, to));
}

/** ⌥↑ and ⌥↓ carry a row along, where rows stand in the order they were put in. */
function carry(grid: GridState, row: number, by: 1 | -1): void {
  const one = grid.rowAt(row), to = row + by;
  if (!one || to < 0 || to >= grid.size.rows || !grid.mayWrite) return;
  if (!grid.mayOrder) return void toasts.say("Rows stand in the order of a sort");
  const before = grid.rowAt(by === 1 ? row + 2 : to)?.id ?? null;
  if (by === 1 && before === null && row + 2 < grid.size.rows) return;
  // The active cell follows its row once it stands elsewhere.
  grid.rows.move(one.id, before).catch((error: unknown) => toasts.problem(error));
}

function cellCorner(grid: GridState, scroller: HTMLElement): { x: number; y: number } {
  const box = scroller.getBoundingClientRect(), active = grid.selection!.active, lane = grid.lanes.all[active.lane]!;
  const top = topOf(grid.lines, active.row) ?? 0;
  return { x: box.left + GUTTER + lane.left - (lane.frozen ? 0 : grid.left) + 12, y: box.top + HEAD + top - grid.depth.top + grid.rowHeight };
}
