/** Cells on the clipboard, in the two shapes that every spreadsheet reads and writes: tab-separated text and an HTML table. */

import { pasted } from "../../lib/trusted";

export type Cells = string[][];

const quoted = (cell: string): string => (/[\t\n\r"]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
export const toTsv = (cells: Cells): string => cells.map((row) => row.map(quoted).join("\t")).join("\n");

const escaped = (s: string): string => s.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
export function toHtml(cells: Cells): string {
  const rows = cells.map((row) => `<tr>${row.map((c) => `<td>${escaped(c).replaceAll("\n", "<br>")}</td>`).join("")}</tr>`);
  return `<meta charset="utf-8"><table>${rows.join("")}</table>`;
}

/** Reads tab-separated text as Excel, Sheets and LibreOffice write it: quotes around cells with tabs, line ends or quotes. */
export function fromTsv(text: string): Cells {
  const rows: Cells = [];
  let row: string[] = [], cell = "", inside = false;
  const endCell = () => { row.push(cell); cell = ""; };
  const endRow = () => { endCell(); rows.push(row); row = []; };
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (inside) {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') { cell += '"'; i++; }
      else inside = false;
    } else if (c === '"' && cell === "" && closes(text, i)) inside = true;
    else if (c === "\t") endCell();
    else if (c === "\n") endRow();
    else if (c === "\r") { if (text[i + 1] === "\n") i++; endRow(); }
    else cell += c;
  }
  if (cell !== "" || row.length > 0) endRow();
  const width = Math.max(0, ...rows.map((r) => r.length));
  return rows.map((r) => [...r, ...Array<string>(width - r.length).fill("")]);
}

/** A quote opens a cell only when one closes it before a tab, a line end or the end: `"Ana" Ltd` is a name, not a quoted cell. */
function closes(text: string, open: number): boolean {
  for (let i = open + 1; i < text.length; i++) {
    if (text[i] !== '"') continue;
    if (text[i + 1] === '"') { i++; continue; }
    const next = text[i + 1];
    return next === undefined || next === "\t" || next === "\n" || next === "\r";
  }
  return false;
}

/** The first table of an HTML clipboard; null when there is none, or only one cell of prose. */
export function fromHtml(html: string): Cells | null {
  if (!/<table[\s>]/i.test(html)) return null;
  const table = new DOMParser().parseFromString(pasted(html), "text/html").querySelector("table");
  if (!table) return null;
  const rows: Cells = [];
  for (const tr of table.querySelectorAll("tr")) {
    const row: string[] = [];
    for (const td of tr.querySelectorAll<HTMLTableCellElement>("td,th")) {
      for (const br of td.querySelectorAll("br")) br.replaceWith("\n");
      row.push((td.textContent ?? "").replaceAll("\u00a0", " ").trim());
      for (let span = Math.min(td.colSpan, 50); span > 1; span--) row.push("");
    }
    if (row.length) rows.push(row);
  }
  const width = Math.max(0, ...rows.map((r) => r.length));
  return rows.length ? rows.map((r) => [...r, ...Array<string>(width - r.length).fill("")]) : null;
}

/** What one pastes, laid over where one pastes: a single cell or a fitting block repeats over a larger choice. */
export function tiled(cells: Cells, rows: number, lanes: number): Cells {
  const height = cells.length, width = cells[0]?.length ?? 0;
  if (height === 0 || width === 0) return [];
  const down = rows % height === 0 ? rows / height : 1, across = lanes % width === 0 ? lanes / width : 1;
  return Array.from({ length: height * down }, (_, r) => Array.from({ length: width * across }, (_, c) => cells[r % height]![c % width]!));
}
