/** What a pointer does in the sheet: choose, choose many, pull the handle, mark rows, open them. Touch scrolls; it chooses on a tap. */
import { fillInto } from "./acts";
import { startEditing } from "./commands";
import { laneAt } from "./lanes";
import { rowAt } from "./lines";
import { areaOf, at, pulled, wholeRow, type Place } from "./selection";
import { GUTTER, HEAD, type GridState } from "./state.svelte";

const EDGE_PX = 28;
const LONG_PRESS_MS = 500;
const TAP_PX = 10;
type Menu = (at: { x: number; y: number }) => void;

/** The cell under a point of the window; null outside of the rows. */
export function placeAt(grid: GridState, x: number, y: number, scroller: HTMLElement): Place {
  const box = scroller.getBoundingClientRect();
  return { row: rowAt(grid.lines, y - box.top - HEAD + grid.depth.top), lane: laneAt(grid.lanes, Math.max(0, x - box.left - GUTTER), grid.left) };
}

function inRows(event: Event): Element | null {
  const target = event.target as Element;
  return target.closest("[role=row] [role=gridcell]") && !target.closest("[aria-colspan], .floating, textarea, input.in-cell") ? target : null;
}

export function pressedOn(grid: GridState, event: PointerEvent, scroller: HTMLElement, focus: () => void, onmenu: Menu): void {
  const target = inRows(event);
  if (!target) return;
  const place = placeAt(grid, event.clientX, event.clientY, scroller);
  if (target.closest("[data-ai]")) return;
  if (event.pointerType === "touch") return tapped(grid, event, place, target, focus, onmenu);
  if (event.button !== 0) return;
  if (target.closest("[data-open]")) return void (grid.rowAt(place.row) && grid.app.openRow(grid.rowAt(place.row)!.id));
  if (target.closest("[data-mark]")) return (event.preventDefault(), mark(grid, place.row, event.shiftKey));
  // The editor that is open saves as it loses focus, before the choice goes elsewhere.
  (document.activeElement as HTMLElement | null)?.blur?.();
  event.preventDefault();
  focus();
  if (target.closest("[data-handle]")) return pull(grid, event, scroller);
  const gutter = target.closest("[data-gutter]") !== null;
  if (!gutter && toggled(grid, target, place)) return;
  const start = event.shiftKey && grid.selection ? grid.selection.active : place;
  const choose = (to: Place) => grid.choose(gutter ? wholeRow(start.row, to.row, grid.size) : { active: start, end: to }, { show: false });
  choose(place);
  follow(event, scroller, (x, y) => choose(placeAt(grid, x, y, scroller)));
}

/** A box is ticked at once; stars are set where they stand. */
function toggled(grid: GridState, target: Element, place: Place): boolean {
  const field = grid.fieldAt(place.lane), row = grid.rowAt(place.row);
  if (!row || !field || !grid.mayEdit(field) || field.kind !== "checkbox" || !target.closest(".said")) return false;
  grid.choose(at(place.row, place.lane), { show: false });
  void grid.rows.write([{ id: row.id, values: { [field.id]: row.values[field.id] !== true } }]);
  return true;
}

let lastMarked: number | null = null;
function mark(grid: GridState, row: number, extend: boolean): void {
  const from = extend && lastMarked !== null ? Math.min(lastMarked, row) : row, to = extend && lastMarked !== null ? Math.max(lastMarked, row) : row;
  const on = !grid.marked.has(grid.rowAt(row)?.id ?? -1);
  for (let n = from; n <= to; n++) {
    const one = grid.rowAt(n);
    if (one && on) grid.marked.add(one.id);
    else if (one) grid.marked.delete(one.id);
  }
  lastMarked = row;
}

/** Follows the pointer until it is let go, and scrolls while it is near an edge. */
function follow(event: PointerEvent, scroller: HTMLElement, moved: (x: number, y: number) => void, ended?: (x: number, y: number) => void): void {
  let x = event.clientX, y = event.clientY, frame = 0, started = false;
  const drift = () => {
    const box = scroller.getBoundingClientRect();
    const over = (v: number, low: number, high: number) => (v < low + EDGE_PX ? v - low - EDGE_PX : v > high - EDGE_PX ? v - high + EDGE_PX : 0);
    const dx = over(x, box.left + GUTTER, box.right), dy = over(y, box.top + HEAD, box.bottom);
    if (started && (dx || dy)) {
      scroller.scrollBy(dx / 2, dy / 2);
      moved(x, y);
    }
    frame = requestAnimationFrame(drift);
  };
  const move = (e: PointerEvent) => {
    x = e.clientX;
    y = e.clientY;
    started ||= Math.hypot(x - event.clientX, y - event.clientY) > 4;
    if (started) moved(x, y);
  };
  const end = (e: PointerEvent) => {
    cancelAnimationFrame(frame);
    removeEventListener("pointermove", move);
    removeEventListener("pointerup", end);
    removeEventListener("pointercancel", end);
    if (e.type === "pointerup") ended?.(x, y);
  };
  addEventListener("pointermove", move);
  addEventListener("pointerup", end);
  addEventListener("pointercancel", end);
  frame = requestAnimationFrame(drift);
}

function pull(grid: GridState, event: PointerEvent, scroller: HTMLElement): void {
  const source = areaOf(grid.selection!);
  follow(
    event, scroller,
    (x, y) => (grid.pulling = pulled(source, placeAt(grid, x, y, scroller))?.area ?? null),
    (x, y) => {
      const target = pulled(source, placeAt(grid, x, y, scroller));
      grid.pulling = null;
      if (target) void fillInto(grid, source, target.area, target.way);
    },
  );
}

/** A tap chooses, a second one edits, a long one opens the menu. Moving is scrolling. */
function tapped(grid: GridState, event: PointerEvent, place: Place, target: Element, focus: () => void, onmenu: Menu): void {
  const { clientX, clientY, pointerId } = event;
  let long = false;
  const timer = setTimeout(() => {
    long = true;
    grid.choose(at(place.row, place.lane), { show: false });
    onmenu({ x: clientX, y: clientY });
    stop();
  }, LONG_PRESS_MS);
  const stop = () => {
    clearTimeout(timer);
    removeEventListener("pointerup", up);
    removeEventListener("pointercancel", stop);
    removeEventListener("pointermove", move);
  };
  const move = (e: PointerEvent) => {
    if (e.pointerId === pointerId && Math.hypot(e.clientX - clientX, e.clientY - clientY) > TAP_PX) stop();
  };
  const up = (e: PointerEvent) => {
    if (e.pointerId !== pointerId || long) return;
    stop();
    if (target.closest("[data-gutter]")) return void (grid.rowAt(place.row) && grid.app.openRow(grid.rowAt(place.row)!.id));
    const again = grid.selection?.active.row === place.row && grid.selection.active.lane === place.lane;
    focus();
    grid.choose(at(place.row, place.lane), { show: false });
    if (again) startEditing(grid, null);
  };
  addEventListener("pointerup", up);
  addEventListener("pointercancel", stop);
  addEventListener("pointermove", move);
}

export function doubled(grid: GridState, event: MouseEvent): void {
  const target = inRows(event);
  if (!target || target.closest("[data-gutter], [data-handle], [data-ai]") || grid.editing || grid.activeField?.kind === "checkbox") return;
  startEditing(grid, null);
}

export function menuAt(grid: GridState, event: MouseEvent, scroller: HTMLElement, onmenu: Menu): void {
  if (!inRows(event)) return;
  event.preventDefault();
  const place = placeAt(grid, event.clientX, event.clientY, scroller), area = grid.area;
  const inside = area && place.row >= area.top && place.row <= area.bottom && place.lane >= area.left && place.lane <= area.right;
  if (!inside) grid.choose(at(place.row, place.lane), { show: false });
  onmenu({ x: event.clientX, y: event.clientY });
}

export function dropped(grid: GridState, event: DragEvent, scroller: HTMLElement, onfiles: (files: FileList, row: number, lane: number) => void): void {
  if (!event.dataTransfer?.files.length || !inRows(event) || !grid.mayWrite) return;
  const place = placeAt(grid, event.clientX, event.clientY, scroller), kind = grid.fieldAt(place.lane)?.kind;
  if (kind !== "file" && kind !== "image") return;
  event.preventDefault();
  onfiles(event.dataTransfer.files, place.row, place.lane);
}
