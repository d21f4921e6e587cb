/** The headings of groups, from what the server counted. */
import type { Group, Value, Values } from "../../lib/shapes";
import type { Field, Grouping, Summary, Table } from "../../lib/spec";

export interface FlatGroup {
  key: string;
  level: number;
  count: number;
  field: Field;
  group: Group;
}

/** The headings in sheet order. With two groupings the server tells of the inner groups; an outer one is those that share its key. */
export function nested(groups: readonly Group[], by: readonly Grouping[], table: Table, summaries: Readonly<Record<string, Summary>>): FlatGroup[] {
  const fields = by.map((one) => table.fields?.find((f) => f.id === one.field));
  const [first, second] = fields;
  if (!first) return [];
  const idOf = (key: unknown): string => JSON.stringify(key);
  if (!second) return groups.map((group) => ({ key: `/${idOf(group.key)}`, level: 0, count: group.count, field: first, group }));
  const flat: FlatGroup[] = [];
  let outer: FlatGroup | undefined;
  for (const one of groups) {
    const [head, inner] = one.key as [Value, Value], key = `/${idOf(head)}`;
    const names = one.name.split(" · ");
    if (outer?.key !== key) {
      outer = { key, level: 0, count: 0, field: first, group: { key: head, name: names[0] ?? "", count: 0, summaries: {} } };
      flat.push(outer);
    }
    outer.count += one.count;
    outer.group.summaries = added(outer.group.summaries, one.summaries, summaries, table);
    flat.push({ key: `${key}/${idOf(inner)}`, level: 1, count: one.count, field: second, group: { ...one, key: inner, name: names.slice(1).join(" · ") } });
  }
  return flat;
}

/** Sums and counts of inner groups add up to those of the outer one; other figures do not, and are left out. */
function added(to: Values, more: Values, summaries: Readonly<Record<string, Summary>>, table: Table): Values {
  const sums = Object.entries(more).filter(([id]) => ["sum", "count", "filled", "empty"].includes(summaries[id] ?? ""));
  return Object.fromEntries(
    sums.map(([id, figure]) => {
      const sum = Number(to[id] ?? 0) + Number(figure ?? 0);
      return [id, table.fields?.find((f) => f.id === id)?.kind === "money" && summaries[id] === "sum" ? sum.toFixed(2) : sum];
    }),
  );
}
