/** Which occasions share a lane. */
import type { Linked, Row } from "../../lib/shapes";
import type { Field, Hue } from "../../lib/spec";
import type { Occasion } from "../calendar/occasions";

export interface Group {
  key: string;
  name: string;
  hue: Hue | null;
  occasions: Occasion[];
}

function placeOf(field: Field, row: Row | undefined, nameOf: (member: string) => string): { key: string; name: string } {
  const value = row?.values[field.id];
  const none = { key: "", name: `No ${field.name.toLowerCase()}` };
  if (field.kind === "checkbox") return value ? { key: "true", name: field.name } : { key: "false", name: `Not ${field.name.toLowerCase()}` };
  if (value === null || value === undefined || (Array.isArray(value) && !value.length)) return none;
  if (field.kind === "select") return { key: String(value), name: field.options?.find((one) => one.id === value)?.name ?? String(value) };
  if (field.kind === "link") {
    const [first] = value as Linked[];
    return first ? { key: String(first.id), name: first.name || `Row ${first.id}` } : none;
  }
  const member = String([value].flat()[0]);
  return { key: member, name: nameOf(member) };
}

/** Choices in their own order, others by name, rows without last. Without a field all share one lane. */
export function groupsOf(occasions: Occasion[], by: Field | undefined, rowOf: (id: number) => Row | undefined, nameOf: (member: string) => string): Group[] {
  if (!by) return [{ key: "all", name: "", hue: null, occasions }];
  const found = new Map<string, Group>();
  for (const o of occasions) {
    const { key, name } = placeOf(by, rowOf(o.id), nameOf);
    const group = found.get(key) ?? { key, name, hue: by.kind === "select" ? (by.options?.find((one) => one.id === key)?.hue ?? null) : null, occasions: [] };
    group.occasions.push(o);
    found.set(key, group);
  }
  const order = by.kind === "select" ? (by.options ?? []).map((one) => one.id) : [];
  const rank = (group: Group): number => (group.key === "" ? 1e9 : order.includes(group.key) ? order.indexOf(group.key) : 1e6);
  return [...found.values()].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}
