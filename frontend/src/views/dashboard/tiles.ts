/** Tiles as values: their sizes when nothing is said, and fresh ones. */
import type { Table, Tile } from "../../lib/spec";
import { isDated } from "../chart/drawing.svelte";
import type { Sized } from "./layout";

export type Kind = Tile["kind"];

const WIDTH: Record<Kind, number> = { number: 3, chart: 6, list: 6 };
const HEIGHT: Record<Kind, number> = { number: 1, chart: 2, list: 2 };

export const widthOf = (tile: Tile): number => tile.width ?? WIDTH[tile.kind];
export const heightOf = (tile: Tile): number => tile.height ?? HEIGHT[tile.kind];
export const sized = (tile: Tile): Sized => ({ id: tile.id, width: widthOf(tile), height: heightOf(tile) });

/** What a new tile shows until someone says otherwise: something true of its table. */
export function freshTile(kind: Kind, table: Table, id: string): Tile {
  const amount = table.fields?.find((field) => field.kind === "money") ?? table.fields?.find((field) => field.kind === "number");
  const date = table.fields?.find((field) => field.kind === "date" || field.kind === "datetime");
  const choice = table.fields?.find((field) => field.kind === "select");
  if (kind === "number") return { id, kind, name: table.name, table: table.id, measure: { summary: "count" }, width: 3, height: 1 } as Tile;
  if (kind === "chart") {
    const by = choice ?? date;
    const measure = amount ? { summary: "sum", field: amount.id } : { summary: "count" };
    return { id, kind, name: by ? `${table.name} by ${by.name.toLowerCase()}` : table.name, table: table.id, shape: "bar", by: by?.id ?? null, bucket: isDated(by) ? "month" : null, measure, width: 6, height: 2 } as Tile;
  }
  const fields = (table.fields ?? []).filter((field) => !["long_text", "ai", "file", "image"].includes(field.kind)).slice(0, 4).map((field) => field.id);
  return { id, kind, name: table.name, table: table.id, fields, rows: 8, width: 6, height: 2 } as Tile;
}

/** A tile that now looks at another table: what named the old one's fields is let go of. */
export function onTable(tile: Tile, table: Table): Partial<Tile> {
  const fresh = freshTile(tile.kind, table, tile.id);
  const { name: _name, width: _width, height: _height, ...rest } = fresh;
  return { ...rest, filter: { match: "all", of: [] }, ...(tile.kind === "number" ? { over: null, span: null } : {}), ...(tile.kind === "chart" ? { split: null } : {}), ...(tile.kind === "list" ? { sorts: [] } : {}) } as Partial<Tile>;
}
