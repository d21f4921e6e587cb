/** Where a card lands: in which column, before which card. */

export interface Place {
  column: string;
  /** Among the column's cards, the moved one not counted. */
  index: number;
}

/** The order of the cards on a board: for each column, the ids of the rows it has loaded. */
export type Order = Record<string, readonly number[]>;

export function placeOf(order: Order, id: number): Place | null {
  for (const [column, ids] of Object.entries(order)) {
    const index = ids.indexOf(id);
    if (index >= 0) return { column, index };
  }
  return null;
}

/** The board after the move. */
export function placed(order: Order, id: number, to: Place): Order {
  const after: Record<string, readonly number[]> = {};
  for (const [column, ids] of Object.entries(order)) after[column] = ids.filter((one) => one !== id);
  const target = after[to.column] ?? [];
  after[to.column] = [...target.slice(0, to.index), id, ...target.slice(to.index)];
  return after;
}

/** The row that the moved one comes to stand before; null is the end of the table, and so the end of every column. */
export function before(order: Order, id: number, to: Place): number | null {
  return (order[to.column] ?? []).filter((one) => one !== id)[to.index] ?? null;
}

export type Direction = "up" | "down" | "left" | "right";

/** The place that an arrow key with ⌘ moves a card to, or null at the edge. */
export function stepped(columns: readonly string[], order: Order, id: number, direction: Direction): Place | null {
  const at = placeOf(order, id);
  if (!at) return null;
  if (direction === "up") return at.index > 0 ? { column: at.column, index: at.index - 1 } : null;
  if (direction === "down") return at.index < (order[at.column]?.length ?? 0) - 1 ? { column: at.column, index: at.index + 1 } : null;
  const next = columns[columns.indexOf(at.column) + (direction === "left" ? -1 : 1)];
  return next === undefined ? null : { column: next, index: Math.min(at.index, order[next]?.length ?? 0) };
}

/** The card that an arrow key goes to: up and down in the column, left and right to the nearest column that has cards. */
export function neighbouring(columns: readonly string[], order: Order, id: number, direction: Direction): number | null {
  const at = placeOf(order, id);
  if (!at) return null;
  const here = order[at.column] ?? [];
  if (direction === "up" || direction === "down") return here[at.index + (direction === "up" ? -1 : 1)] ?? null;
  const step = direction === "left" ? -1 : 1;
  for (let i = columns.indexOf(at.column) + step; i >= 0 && i < columns.length; i += step) {
    const cards = order[columns[i]!] ?? [];
    if (cards.length) return cards[Math.min(at.index, cards.length - 1)]!;
  }
  return null;
}

/** Among the cards' middles (pixels from the top, the moved card left out), the place where a card held at `y` belongs. */
export const indexAt = (middles: readonly number[], y: number): number => {
  const index = middles.findIndex((middle) => y < middle);
  return index < 0 ? middles.length : index;
};
