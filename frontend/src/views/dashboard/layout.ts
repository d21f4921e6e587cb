/** Tiles on twelve columns in reading order: moving, stretching and telling where they stand. */

export interface Sized {
  id: string;
  width: number;
  height: number;
}

export const COLUMNS = 12;
export const WIDTH_MIN = 2;
export const HEIGHT_MIN = 1;
export const HEIGHT_MAX = 8;

export interface Spot {
  id: string;
  /** From 0. */
  column: number;
  row: number;
}

/** Where the page puts each tile: the first free place after the one before it, as a CSS grid without `dense` does. */
export function spots(tiles: readonly Sized[]): Spot[] {
  const taken = new Set<string>();
  const free = (column: number, row: number, t: Sized): boolean => {
    for (let y = row; y < row + t.height; y++) for (let x = column; x < column + t.width; x++) if (taken.has(`${x},${y}`)) return false;
    return true;
  };
  let [column, row] = [0, 0];
  return tiles.map((t) => {
    while (column + t.width > COLUMNS || !free(column, row, t)) {
      column += 1;
      if (column + t.width > COLUMNS) [column, row] = [0, row + 1];
    }
    for (let y = row; y < row + t.height; y++) for (let x = column; x < column + t.width; x++) taken.add(`${x},${y}`);
    const spot = { id: t.id, column, row };
    column += t.width;
    return spot;
  });
}

export function movedTo<T extends Sized>(tiles: readonly T[], id: string, index: number): T[] {
  const tile = tiles.find((t) => t.id === id);
  const others = tiles.filter((t) => t.id !== id);
  return tile ? [...others.slice(0, index), tile, ...others.slice(index)] : [...tiles];
}

/** One place earlier or later for ← →; past the tile above or below for ↑ ↓. Null at the edge. */
export function stepped(tiles: readonly Sized[], id: string, key: "left" | "right" | "up" | "down"): number | null {
  const index = tiles.findIndex((t) => t.id === id);
  if (index < 0) return null;
  if (key === "left") return index > 0 ? index - 1 : null;
  if (key === "right") return index < tiles.length - 1 ? index + 1 : null;
  const at = spots(tiles);
  const here = at[index]!;
  const rows = at.map((s) => s.row);
  const wanted = key === "up" ? Math.max(...rows.filter((r) => r < here.row)) : Math.min(...rows.filter((r) => r > here.row));
  if (!Number.isFinite(wanted)) return null;
  const line = at.map((s, i) => ({ ...s, i })).filter((s) => s.row === wanted);
  const target = line.reduce((a, b) => (Math.abs(b.column - here.column) < Math.abs(a.column - here.column) ? b : a)).i;
  return target;
}

export const widened = (width: number, by: number): number => Math.min(COLUMNS, Math.max(WIDTH_MIN, width + by));
export const heightened = (height: number, by: number): number => Math.min(HEIGHT_MAX, Math.max(HEIGHT_MIN, height + by));

export interface Box {
  id: string;
  left: number;
  top: number;
  width: number;
  height: number;
}

/** The index at which a tile held at a point would be put in: before the tile whose left half it is over, after it on the right. */
export function indexAt(boxes: readonly Box[], held: string, x: number, y: number): number {
  const others = boxes.filter((b) => b.id !== held);
  const over = others.findIndex((b) => x >= b.left && x < b.left + b.width && y >= b.top && y < b.top + b.height);
  if (over >= 0) return x < others[over]!.left + others[over]!.width / 2 ? over : over + 1;
  const next = others.findIndex((b) => y < b.top || (y < b.top + b.height && x < b.left));
  return next < 0 ? others.length : next;
}
