/** What is being changed by hand in the open app: at most one dialog at a time. */
import type { AppState } from "../../lib/app.svelte";
import { idFrom, type PartKind, type View } from "../../lib/spec";
import { toasts } from "../../lib/toasts.svelte";

export type Edit =
  | { is: "app" }
  | { is: "table"; id?: string }
  | { is: "field"; table: string; id?: string; at?: number; kind?: string }
  /** A new view of `table`, a new page without it, or the settings of one that exists. */
  | { is: "view"; id?: string; table?: string }
  | { is: "remove"; part: PartKind; id: string; table?: string }
  | { is: "import"; table: string }
  | { is: "coworker" }
  /** Another app like it; a copy to work on; to another workspace; kept to begin others from. */
  | { is: "duplicate" }
  | { is: "draft" }
  | { is: "move" }
  | { is: "template" };

class Edits {
  now = $state.raw<Edit | null>(null);

  open(edit: Edit): void {
    this.now = edit;
  }

  close(): void {
    this.now = null;
  }

  async copyView(app: AppState, id: string): Promise<void> {
    const view = app.view(id);
    if (!view) return;
    const name = freshName(`${view.name}, copy`, app.views.map((one) => one.name));
    const copy = { ...view, name, id: idFrom(name, app.views.map((one) => one.id)) } as View;
    try {
      await app.change(`Copied the view ${view.name}`, [{ do: "add", part: "view", value: copy, at: app.views.indexOf(view) + 1 }]);
    } catch (error) {
      toasts.problem(error);
    }
  }

  /** The app as a file: the same JSON that `sayso apply` and the API take. */
  download(app: AppState): void {
    const url = URL.createObjectURL(new Blob([JSON.stringify(app.spec, null, 2)], { type: "application/json" }));
    const link = Object.assign(document.createElement("a"), { href: url, download: `${app.spec.id}.json` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }
}

/** A name that none of the others has. */
export function freshName(name: string, taken: string[]): string {
  const used = new Set(taken.map((one) => one.toLowerCase()));
  let fresh = name;
  for (let n = 2; used.has(fresh.toLowerCase()); n++) fresh = `${name} ${n}`;
  return fresh;
}

export const edits = new Edits();
