/** The lines of the sheet from top to bottom: rows, and above each group its heading. Any line is found in logarithmic time. */

export interface Group {
  key: string;
  /** 0 for the outer group. */
  level: number;
  count: number;
}
export type Line =
  | { kind: "group"; group: number; top: number; height: number }
  | { kind: "row"; row: number; top: number; height: number };

interface Stretch { top: number; height: number; firstRow: number; rows: number; group: number | null }

export interface Lines {
  height: number;
  rowHeight: number;
  stretches: readonly Stretch[];
  /** Rows that are not in a folded group. */
  rows: number;
}

export const GROUP_HEIGHT = 36;

/** `groups` in sheet order, inner groups after their outer one; the innermost level holds the rows. */
export function linesOf(total: number, rowHeight: number, groups: readonly Group[] = [], folded: ReadonlySet<string> = new Set()): Lines {
  if (groups.length === 0) {
    return { height: total * rowHeight, rowHeight, rows: total, stretches: [{ top: 0, height: total * rowHeight, firstRow: 0, rows: total, group: null }] };
  }
  const inner = Math.max(...groups.map((g) => g.level));
  const stretches: Stretch[] = [];
  let top = 0, row = 0, rows = 0, foldedLevel = Infinity;
  groups.forEach((group, index) => {
    if (group.level <= foldedLevel) foldedLevel = Infinity;
    const hidden = foldedLevel < Infinity;
    if (!hidden) {
      stretches.push({ top, height: GROUP_HEIGHT, firstRow: row, rows: 0, group: index });
      top += GROUP_HEIGHT;
      if (folded.has(group.key)) foldedLevel = group.level;
    }
    if (group.level === inner) {
      if (foldedLevel === Infinity) {
        stretches.push({ top, height: group.count * rowHeight, firstRow: row, rows: group.count, group: null });
        top += group.count * rowHeight;
        rows += group.count;
      }
      row += group.count;
    }
  });
  return { height: top, rowHeight, rows, stretches };
}

function stretchAt(lines: Lines, top: number): number {
  let low = 0, high = lines.stretches.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (lines.stretches[middle]!.top <= top) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The lines between two heights. */
export function linesBetween(lines: Lines, from: number, to: number): Line[] {
  const found: Line[] = [];
  for (let s = stretchAt(lines, Math.max(0, from)); s < lines.stretches.length; s++) {
    const stretch = lines.stretches[s]!;
    if (stretch.top >= to) break;
    if (stretch.group !== null) {
      if (stretch.top + stretch.height > from) found.push({ kind: "group", group: stretch.group, top: stretch.top, height: stretch.height });
      continue;
    }
    const first = Math.max(0, Math.floor((from - stretch.top) / lines.rowHeight));
    const last = Math.min(stretch.rows, Math.ceil((to - stretch.top) / lines.rowHeight));
    for (let i = first; i < last; i++) found.push({ kind: "row", row: stretch.firstRow + i, top: stretch.top + i * lines.rowHeight, height: lines.rowHeight });
  }
  return found;
}

function stretchOf(lines: Lines, row: number): Stretch | undefined {
  let low = 0, high = lines.stretches.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (lines.stretches[middle]!.firstRow <= row) low = middle;
    else high = middle - 1;
  }
  for (let s = low; s >= 0; s--) {
    const stretch = lines.stretches[s]!;
    if (stretch.group === null && stretch.rows > 0) return row < stretch.firstRow + stretch.rows ? stretch : undefined;
  }
  return undefined;
}

/** Where a row begins; null when its group is folded. */
export function topOf(lines: Lines, row: number): number | null {
  const stretch = stretchOf(lines, row);
  return stretch ? stretch.top + (row - stretch.firstRow) * lines.rowHeight : null;
}

/** The row at a height, or the nearest one above or below. */
export function rowAt(lines: Lines, top: number): number {
  const s = stretchAt(lines, Math.max(0, top));
  for (let i = s; i >= 0; i--) {
    const stretch = lines.stretches[i]!;
    if (stretch.group === null && stretch.rows > 0) return stretch.firstRow + Math.min(stretch.rows - 1, Math.max(0, Math.floor((top - stretch.top) / lines.rowHeight)));
  }
  return lines.stretches.find((x) => x.rows > 0)?.firstRow ?? 0;
}

/** The row `steps` further among the rows in sight (folded ones are passed over). */
export function stepped(lines: Lines, row: number, steps: number): number {
  const open = lines.stretches.filter((s) => s.rows > 0);
  if (open.length === 0) return row;
  if (open.length === 1) return Math.min(open[0]!.firstRow + open[0]!.rows - 1, Math.max(open[0]!.firstRow, row + steps));
  let place = 0;
  for (const s of open) {
    if (row < s.firstRow + s.rows) { place += Math.max(0, row - s.firstRow); break; }
    place += s.rows;
  }
  place = Math.min(lines.rows - 1, Math.max(0, place + steps));
  for (const s of open) {
    if (place < s.rows) return s.firstRow + place;
    place -= s.rows;
  }
  return row;
}
