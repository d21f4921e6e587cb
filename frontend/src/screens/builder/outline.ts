/** What a plan does to each part, read from the app before and after: new, changed, gone, or as before. */
import type { App, ChangeStep, Field, Table, View } from "../../lib/spec";

export type Mark = "new" | "changed" | "gone" | "same";

export interface FieldLine {
  field: Field;
  mark: Mark;
}
export interface TableBox {
  table: Table;
  mark: Mark;
  /** Fields that the plan touches; of a new table all of them. */
  fields: FieldLine[];
  /** How many stay as they were and are not listed. */
  kept: number;
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

export function tableBoxes(before: App | null, after: App): TableBox[] {
  const boxes = (after.tables ?? []).map((table) => boxOf(before?.tables?.find((one) => one.id === table.id), table));
  const gone = (before?.tables ?? []).filter((table) => !after.tables?.some((one) => one.id === table.id));
  return [
    ...boxes.filter((box) => box.mark !== "same"),
    ...gone.map((table): TableBox => ({ table, mark: "gone", fields: [], kept: table.fields?.length ?? 0 })),
  ];
}

function boxOf(old: Table | undefined, table: Table): TableBox {
  const fields = table.fields ?? [];
  if (!old) return { table, mark: "new", fields: fields.map((field) => ({ field, mark: "new" })), kept: 0 };
  const lines: FieldLine[] = fields.map((field) => {
    const was = old.fields?.find((one) => one.id === field.id);
    return { field, mark: !was ? "new" : same(was, field) ? "same" : "changed" };
  });
  const gone = (old.fields ?? []).filter((field) => !fields.some((one) => one.id === field.id)).map((field): FieldLine => ({ field, mark: "gone" }));
  const touched = [...lines.filter((line) => line.mark !== "same"), ...gone];
  const own = !same({ ...old, fields: 0 }, { ...table, fields: 0 });
  return { table, mark: touched.length || own ? "changed" : "same", fields: touched, kept: lines.length - lines.filter((line) => line.mark !== "same").length };
}

type Named = { id: string; name: string };

/** Those that are new or changed, and those that go. */
export function touched<T extends Named>(before: T[] | undefined, after: T[] | undefined): { part: T; mark: Mark }[] {
  const lines = (after ?? []).map((part) => {
    const was = before?.find((one) => one.id === part.id);
    return { part, mark: (!was ? "new" : same(was, part) ? "same" : "changed") as Mark };
  });
  const gone = (before ?? []).filter((part) => !after?.some((one) => one.id === part.id)).map((part) => ({ part, mark: "gone" as Mark }));
  return [...lines.filter((line) => line.mark !== "same"), ...gone];
}

/** `tables/clients/fields/worth`, as in notes, losses and problems. */
export const pathOf = {
  table: (table: string) => `tables/${table}`,
  field: (table: string, field: string) => `tables/${table}/fields/${field}`,
  view: (view: View) => `views/${view.id}`,
};

/** "Adds 2 tables and 13 fields": the foot of the card, from what differs. */
export function summaryOf(before: App | null, after: App): string {
  const boxes = tableBoxes(before, after);
  const n = (mark: Mark, lines: { mark: Mark }[]) => lines.filter((line) => line.mark === mark).length;
  const fields = boxes.flatMap((box) => (box.mark === "gone" ? [] : box.fields));
  const views = touched(before?.views, after.views);
  const roles = touched(before?.roles, after.roles);
  const say = (verb: string, counts: [number, string][]) => {
    const words = counts.filter(([count]) => count).map(([count, noun]) => `${count} ${noun}${count === 1 ? "" : "s"}`);
    return words.length ? `${verb} ${words.length > 1 ? `${words.slice(0, -1).join(", ")} and ${words.at(-1)}` : words[0]}` : "";
  };
  const parts = [
    say("adds", [[n("new", boxes), "table"], [n("new", fields), "field"], [n("new", views), "view"], [n("new", roles), "role"]]),
    say("changes", [[n("changed", fields), "field"], [n("changed", views), "view"], [n("changed", roles), "role"]]),
    say("removes", [[n("gone", boxes), "table"], [n("gone", fields), "field"], [n("gone", views), "view"], [n("gone", roles), "role"]]),
  ].filter(Boolean);
  const all = parts.join(", ");
  return all ? all.charAt(0).toUpperCase() + all.slice(1) : "Changes nothing";
}

/** The steps of a change without those that touch the part at `path` (`tables/clients`, `tables/clients/fields/worth`): it stays as it is. */
export function without(steps: ChangeStep[], path: string, before: App | null): ChangeStep[] {
  const [, table, , field] = path.split("/");
  const idOf = (step: ChangeStep) => (step.do === "add" ? step.value.id : step.id);
  if (field) return steps.filter((step) => !(step.part === "field" && step.table === table && idOf(step) === field));
  // With a table stay its views and the links that lead to it.
  const views = new Set((before?.views ?? []).filter((view) => "table" in view && view.table === table).map((view) => view.id));
  const links = new Set((before?.tables ?? []).flatMap((one) => (one.fields ?? []).filter((each) => each.kind === "link" && each.to === table).map((each) => `${one.id}.${each.id}`)));
  return steps.filter((step) => {
    if (step.do !== "remove") return true;
    if (step.part === "table") return step.id !== table;
    if (step.part === "view") return !views.has(step.id);
    return !(step.part === "field" && links.has(`${step.table}.${step.id}`));
  });
}

/** Of the two ends of a link, only the one that holds a single row is drawn; of two alike, the first. */
export function leads(spec: App, table: Table, field: Field): boolean {
  if (field.kind !== "link" || field.to === table.id) return false;
  const place = (id: string) => (spec.tables ?? []).findIndex((one) => one.id === id);
  const other = spec.tables?.find((one) => one.id === field.to)?.fields?.find((one) => one.id === field.reverse);
  if (other?.kind !== "link") return true;
  if ((field.many ?? false) !== (other.many ?? false)) return !field.many;
  return place(table.id) <= place(field.to);
}

/** Tables that point at others before those they point at; within a rank, in the app's own order. */
export function pointingFirst(spec: App, boxes: TableBox[]): TableBox[] {
  const rank = new Map<string, number>();
  const rankOf = (id: string, seen: Set<string>): number => {
    if (seen.has(id)) return 0;
    const known = rank.get(id);
    if (known !== undefined) return known;
    const sources = boxes.filter((box) => box.fields.some((line) => line.field.kind === "link" && line.field.to === id && line.mark !== "gone" && leads(spec, box.table, line.field)));
    const own = sources.length ? 1 + Math.max(...sources.map((box) => rankOf(box.table.id, new Set([...seen, id])))) : 0;
    rank.set(id, own);
    return own;
  };
  return boxes.map((box, n) => ({ box, n, rank: rankOf(box.table.id, new Set()) })).sort((a, b) => a.rank - b.rank || a.n - b.n).map(({ box }) => box);
}
