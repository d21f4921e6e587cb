/** What may be done with a field, from its heading. What changes the app goes through the field's dialog or is a change of its own. */
import { isFilled } from "../../lib/ai";
import { idFrom, type Field, type Sort, type Summary } from "../../lib/spec";
import { toasts } from "../../lib/toasts.svelte";
import type { MenuEntry } from "../../parts/Menu.svelte";
import { edits, freshName } from "../../screens/app/edits.svelte";
import { moveLane } from "./commands";
import { freshCondition } from "../../parts/bar/conditions";
import type { Lane } from "./lanes";
import type { GridState } from "./state.svelte";
import { SUMMARY_WORDS, summariesOf } from "./summaries";

const SORTABLE_NOT = new Set(["file", "image", "multi_select", "lookup"]);
const GROUPABLE_NOT = new Set(["file", "image", "long_text", "lookup", "multi_select", "autonumber"]);
const DAYS = new Set(["date", "datetime", "created_at", "updated_at"]);

export function headingMenu(grid: GridState, lane: Lane, isTitle: boolean): MenuEntry[] {
  const { field, index } = lane;
  const filling: MenuEntry[] = grid.mayWrite && isFilled(field) ? [{ label: "Fill the column …", icon: "sparkles", reason: grid.rows.total === 0 ? "There are no rows yet" : undefined, act: () => (grid.filling = { field }) }, "line"] : [];
  return [...filling, ...(grid.mayBuild ? building(grid, field, index, isTitle) : []), ...looking(grid, field, index, isTitle), ...(grid.mayBuild ? leaving(grid, field, isTitle) : [])];
}

function building(grid: GridState, field: Field, index: number, isTitle: boolean): MenuEntry[] {
  const table = grid.table.id, all = grid.table.fields ?? [];
  const at = (by: 0 | 1) => Math.max(0, all.findIndex((f) => f.id === field.id)) + by;
  return [
    { label: "Edit the field: name, kind, options", icon: "pencil", act: () => edits.open({ is: "field", table, id: field.id }) },
    { label: "Duplicate", icon: "copy-plus", reason: isTitle ? "The title is there once" : undefined, act: () => void duplicate(grid, field, at(1)) },
    ...(index > 0 ? [{ label: "Insert to the left", icon: "arrow-left" as const, act: () => edits.open({ is: "field", table, at: at(0) }) }] : []),
    { label: "Insert to the right", icon: "arrow-right", act: () => edits.open({ is: "field", table, at: at(1) }) },
    "line",
  ];
}

async function duplicate(grid: GridState, field: Field, at: number): Promise<void> {
  const fields = grid.table.fields ?? [], name = freshName(`${field.name}, copy`, fields.map((f) => f.name));
  const copy = { ...field, name, id: idFrom(name, fields.map((f) => f.id)), ...(field.kind === "link" ? { reverse: undefined } : {}) } as Field;
  try {
    await grid.app.change(`Duplicated the field ${field.name}`, [{ do: "add", part: "field", table: grid.table.id, value: copy, at }]);
  } catch (error) {
    toasts.problem(error);
  }
}

function looking(grid: GridState, field: Field, index: number, isTitle: boolean): MenuEntry[] {
  const looks = grid.looks, view = grid.view, sorts = view.sorts ?? [], groups = view.groups ?? [];
  const sorted = sorts.find((s) => s.field === field.id);
  const sortBy = (descending: boolean) => looks.set({ sorts: [{ field: field.id, descending } satisfies Sort, ...sorts.filter((s) => s.field !== field.id)] });
  const summary = (view.summaries ?? {})[field.id];
  return [
    ...(SORTABLE_NOT.has(field.kind) ? [] : ([
      { label: "Sort upwards", icon: "arrow-up-narrow-wide", act: () => sortBy(false) },
      { label: "Sort downwards", icon: "arrow-down-wide-narrow", act: () => sortBy(true) },
      ...(sorted ? [{ label: "Do not sort by it", icon: "x" as const, act: () => looks.set({ sorts: sorts.filter((s) => s.field !== field.id) }) }] : []),
    ] satisfies MenuEntry[])),
    { label: "Filter by it", icon: "filter", act: () => filterBy(grid, field) },
    ...(GROUPABLE_NOT.has(field.kind) || ((field.kind === "link" || field.kind === "person") && field.many) ? [] : [groups.some((g) => g.field === field.id)
      ? { label: "Do not group by it", icon: "layers" as const, act: () => looks.set({ groups: groups.filter((g) => g.field !== field.id) }) }
      : { label: "Group by it", icon: "layers" as const, act: () => looks.set({ groups: [{ field: field.id, descending: false, bucket: DAYS.has(field.kind) ? "month" : null }] }) }]),
    "line",
    ...(index > 0 ? [{ label: "Move to the left", icon: "arrow-left" as const, keys: "alt+shift+arrowleft", act: () => moveLane(grid, index, -1) }] : []),
    ...(index < grid.fields.length - 1 ? [{ label: "Move to the right", icon: "arrow-right" as const, keys: "alt+shift+arrowright", act: () => moveLane(grid, index, 1) }] : []),
    (view.frozen ?? 1) === index + 1
      ? { label: "Freeze nothing", icon: "pin-off", act: () => looks.set({ frozen: 0 }) }
      : { label: "Freeze up to here", icon: "pin", reason: index > 7 ? "At most eight fields can be frozen" : undefined, act: () => looks.set({ frozen: index + 1 }) },
    { label: "Hide", icon: "eye-off", reason: isTitle ? "The title stays in sight" : undefined, act: () => looks.set({ hidden: [...(view.hidden ?? []), field.id] }) },
    { head: "In the foot and in groups" },
    ...summariesOf(field).map((one): MenuEntry => ({ label: SUMMARY_WORDS[one], checked: summary === one, act: () => setSummary(grid, field, summary === one ? null : one) })),
  ];
}

function setSummary(grid: GridState, field: Field, summary: Summary | null): void {
  const { [field.id]: _was, ...rest } = grid.view.summaries ?? {};
  grid.looks.set({ summaries: summary ? { ...rest, [field.id]: summary } : rest });
}

/** A first condition on the field, from the active cell where that says something. */
function filterBy(grid: GridState, field: Field): void {
  const fresh = freshCondition(field), value = grid.activeRow?.values[field.id];
  if (field.kind === "select" && typeof value === "string") fresh.value = [value];
  else if ((field.kind === "multi_select" || field.kind === "person") && Array.isArray(value) && value.length) fresh.value = value;
  else if (fresh.value === null && value != null && value !== "" && !Array.isArray(value) && typeof value !== "object") {
    fresh.op = "is";
    fresh.value = value;
  }
  if (fresh.value === null) (fresh.op = "not_empty");
  const filter = grid.view.filter;
  grid.looks.set({ filter: filter?.match === "any" && filter.of?.length ? { match: "all", of: [filter, fresh] } : { match: "all", of: [...(filter?.of ?? []), fresh] } });
}

function leaving(grid: GridState, field: Field, isTitle: boolean): MenuEntry[] {
  return ["line", { label: "Remove the field", icon: "trash-2", bad: true, reason: isTitle ? "Rows are called by it; make another field the title first" : undefined, act: () => edits.open({ is: "remove", part: "field", id: field.id, table: grid.table.id }) }];
}

