/** How far a role goes: on a table, on a field, on rows. What is shown and changed here is the role as the spec holds it. */
import type { AppState } from "../../../lib/app.svelte";
import type { IconName } from "../../../lib/icons";
import type { Condition, Field, Filter, Role, Table } from "../../../lib/spec";

export type Right = NonNullable<Role["rights"]>[number];
export type Reach = NonNullable<Right["may"]>;

export const REACHES: { id: Reach; label: string; icon: IconName; says: string }[] = [
  { id: "nothing", label: "Hidden", icon: "eye-off", says: "They do not know that it is there" },
  { id: "see", label: "See", icon: "eye", says: "Reads rows" },
  { id: "add", label: "Add", icon: "plus", says: "Reads, comments and adds rows" },
  { id: "edit", label: "Edit", icon: "pencil", says: "Changes rows too" },
  { id: "everything", label: "Everything", icon: "check", says: "Throws rows away too" },
];
export const reachOf = (id: Reach) => REACHES.find((one) => one.id === id) ?? REACHES[0]!;

export const rightOf = (role: Role, table: string): Right | undefined => role.rights?.find((right) => right.table === table);
export const mayOf = (role: Role, table: string): Reach => rightOf(role, table)?.may ?? (rightOf(role, table) ? "edit" : (role.rest ?? "nothing"));

export type OnField = "table" | "see" | "nothing";
export function onField(role: Role, table: string, field: string): OnField {
  const right = rightOf(role, table);
  return right?.hidden?.includes(field) ? "nothing" : right?.read_only?.includes(field) ? "see" : "table";
}

/** The role with another right on this table. */
export function withRight(role: Role, right: Right): Role {
  const rights = role.rights ?? [];
  const known = rights.some((one) => one.table === right.table);
  return { ...role, rights: known ? rights.map((one) => (one.table === right.table ? right : one)) : [...rights, right] };
}

export function withField(role: Role, table: string, field: string, on: OnField): Role {
  const right: Right = rightOf(role, table) ?? { table, may: mayOf(role, table) };
  const without = (ids: string[] | undefined) => (ids ?? []).filter((id) => id !== field);
  return withRight(role, {
    ...right,
    hidden: on === "nothing" ? [...without(right.hidden), field] : without(right.hidden),
    read_only: on === "see" ? [...without(right.read_only), field] : without(right.read_only),
  });
}

export interface Rule {
  id: string;
  label: string;
  condition: Condition;
}

const PEOPLE = ["person", "created_by"];
const GROUPED = ["select", "text"];
const mine = (table: Table): Field[] => (table.fields ?? []).filter((field) => PEOPLE.includes(field.kind));

/** Rules that a table offers by itself: rows of one's own, of one's group, and of what they are linked to. */
export function rulesOf(app: AppState, table: Table): Rule[] {
  const rules: Rule[] = mine(table).map((field) => ({
    id: `me:${field.id}`, label: field.kind === "created_by" ? "Rows that they made" : `Rows where ${field.name} is them`,
    condition: { field: field.id, op: "any_of", value: ["me"] },
  }));
  for (const field of (table.fields ?? []).filter((one) => PEOPLE[0] === one.kind))
    rules.push({ id: `team:${field.id}`, label: `Rows where ${field.name} is somebody of their groups`, condition: { field: field.id, op: "any_of", value: "my_groups" } });
  for (const field of (table.fields ?? []).filter((one) => GROUPED[0] === one.kind))
    rules.push({ id: `group:${field.id}`, label: `Rows where ${field.name} is the name of their group`, condition: { field: field.id, op: "any_of", value: "my_groups" } });
  for (const link of table.fields ?? []) {
    const there = link.kind === "link" ? app.table(link.to) : undefined;
    for (const field of there ? mine(there) : [])
      rules.push({ id: `via:${link.id}:${field.id}`, label: `Rows whose ${link.name} has them as ${field.name}`, condition: { field: field.id, op: "any_of", value: ["me"], via: [link.id] } });
  }
  return rules;
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** Which of the offered rules a filter is: `all`, the rule's id, or `own` for conditions of its own. */
export function ruleIn(rules: Rule[], filter: Filter | null | undefined): string {
  const of = filter?.of ?? [];
  if (!of.length) return "all";
  const only = of.length === 1 && of[0] && "field" in of[0] ? of[0] : null;
  const key = (one: Condition) => [one.field, one.via ?? [], [one.value].flat()];
  return (only && rules.find((rule) => same(key(rule.condition), key(only)))?.id) || "own";
}
