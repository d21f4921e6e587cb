/** The menu of the view. */
import { path } from "../../lib/api";
import { undo } from "../../lib/undo.svelte";
import type { MenuEntry } from "../../parts/Menu.svelte";
import { edits } from "../../screens/app/edits.svelte";
import type { GridState } from "./state.svelte";

export function moreMenu(grid: GridState): MenuEntry[] {
  const base = path`/api/apps/${grid.app.id}/tables/${grid.table.id}/export`;
  const ask = (format: string) => {
    const search = new URLSearchParams({ format, ...(grid.view.id ? { view: grid.view.id } : {}), ...(grid.view.filter?.of?.length ? { filter: JSON.stringify(grid.view.filter) } : {}) });
    return () => Object.assign(document.createElement("a"), { href: `${base}?${search}`, download: "" }).click();
  };
  return [
    { label: "Export as CSV", icon: "download", act: ask("csv") },
    { label: "Export as Excel", icon: "file-spreadsheet", act: ask("xlsx") },
    ...(grid.mayWrite ? [{ label: "Import into this table", icon: "upload" as const, act: () => edits.open({ is: "import", table: grid.table.id }) }] : []),
    "line",
    { label: "Undo", icon: "undo-2", keys: "mod+z", reason: undo.next.next_undo ? undefined : "There is nothing to undo", act: () => void undo.undo(grid.app) },
    { label: "Fold all groups", icon: "fold-vertical", reason: grid.grouped ? undefined : "The rows are not grouped", act: () => grid.flat.forEach((g) => grid.folded.add(g.key)) },
    { label: "Unfold all groups", icon: "list-collapse", reason: grid.folded.size ? undefined : "Nothing is folded", act: () => grid.folded.clear() },
    ...(grid.mayBuild && grid.view.id ? ["line" as const, { label: "View settings", icon: "settings-2" as const, act: () => edits.open({ is: "view", id: grid.view.id }) }] : []),
  ];
}
