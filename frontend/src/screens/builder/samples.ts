/** Sample rows come as they will be written: links by name or id, people by id. For showing, they take the shape of read values. */
import type { Value } from "../../lib/shapes";
import { titleField, type Field, type Table } from "../../lib/spec";
import type { Values } from "../../lib/shapes";
import { valueText } from "../../lib/format";

export function sampleValue(field: Field, value: Value | undefined): Value | undefined {
  if (value === null || value === undefined) return value;
  if (field.kind === "link") {
    return [value].flat().map((one, n) => (typeof one === "object" && one !== null && "name" in one ? one : { id: n + 1, name: typeof one === "string" ? one : `Row ${one}` })) as Value;
  }
  if (field.kind === "person" || field.kind === "multi_select") return [value].flat() as Value;
  return value;
}

export function sampleName(table: Table, row: Values, n: number): string {
  const title = titleField(table);
  return (title && valueText(title, sampleValue(title, row[title.id]))) || `Row ${n + 1}`;
}
