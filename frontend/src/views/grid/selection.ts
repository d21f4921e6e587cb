/** Which cells are chosen: one active cell, and the rectangle from it to where the choice ends. Plain values. */

export interface Place { row: number; lane: number }
export interface Selection { active: Place; end: Place }
/** Both ends belong to it. */
export interface Area { top: number; bottom: number; left: number; right: number }

export const at = (row: number, lane: number): Selection => ({ active: { row, lane }, end: { row, lane } });

export function areaOf({ active, end }: Selection): Area {
  return {
    top: Math.min(active.row, end.row), bottom: Math.max(active.row, end.row),
    left: Math.min(active.lane, end.lane), right: Math.max(active.lane, end.lane),
  };
}
export const isOne = (a: Area): boolean => a.top === a.bottom && a.left === a.right;
export const rowsIn = (a: Area): number => a.bottom - a.top + 1;
export const lanesIn = (a: Area): number => a.right - a.left + 1;
export const cellsIn = (a: Area): number => rowsIn(a) * lanesIn(a);
export const holds = (a: Area, row: number, lane: number): boolean => row >= a.top && row <= a.bottom && lane >= a.left && lane <= a.right;

export interface Size { rows: number; lanes: number }

/** Kept inside the sheet, as when rows have gone. */
export function kept(selection: Selection, { rows, lanes }: Size): Selection {
  const fit = (p: Place): Place => ({ row: Math.max(0, Math.min(rows - 1, p.row)), lane: Math.max(0, Math.min(lanes - 1, p.lane)) });
  return { active: fit(selection.active), end: fit(selection.end) };
}

export const wholeRow = (row: number, to: number, size: Size): Selection => ({ active: { row, lane: 0 }, end: { row: to, lane: size.lanes - 1 } });
export const wholeLane = (lane: number, to: number, size: Size): Selection => ({ active: { row: 0, lane }, end: { row: size.rows - 1, lane: to } });
export const everything = (size: Size): Selection => ({ active: { row: 0, lane: 0 }, end: { row: size.rows - 1, lane: size.lanes - 1 } });

/** Where the fill handle has been pulled to: one way only, the farther one. Null when still inside. */
export function pulled(from: Area, to: Place): { area: Area; way: "down" | "up" | "right" | "left" } | null {
  const down = to.row - from.bottom, up = from.top - to.row, right = to.lane - from.right, left = from.left - to.lane;
  const most = Math.max(down, up, right, left);
  if (most <= 0) return null;
  if (most === down) return { area: { ...from, top: from.bottom + 1, bottom: to.row }, way: "down" };
  if (most === up) return { area: { ...from, bottom: from.top - 1, top: to.row }, way: "up" };
  if (most === right) return { area: { ...from, left: from.right + 1, right: to.lane }, way: "right" };
  return { area: { ...from, right: from.left - 1, left: to.lane }, way: "left" };
}
