/** Undo and redo, per person, for rows and for the app alike. The server knows what comes next. */
import { api, path } from "./api";
import type { AppState } from "./app.svelte";
import type { UndoState, Undone } from "./shapes";
import { toasts } from "./toasts.svelte";

class Undo {
  next = $state.raw<UndoState>({ next_undo: null, next_redo: null });
  #turn: Promise<void> = Promise.resolve();

  async read(app: string): Promise<void> {
    try {
      this.next = await api.get<UndoState>(path`/api/apps/${app}/undos`);
    } catch {
      this.next = { next_undo: null, next_redo: null };
    }
  }

  undo(app: AppState): Promise<void> {
    return this.#step(app, "undos");
  }

  redo(app: AppState): Promise<void> {
    return this.#step(app, "redos");
  }

  /** One after the other: whoever presses ⌘Z three times means three steps. */
  #step(app: AppState, way: "undos" | "redos"): Promise<void> {
    this.#turn = this.#turn.then(() => this.#one(app, way));
    return this.#turn;
  }

  async #one(app: AppState, way: "undos" | "redos"): Promise<void> {
    try {
      const done = await api.post<Undone>(`${path`/api/apps/${app.id}`}/${way}`);
      this.next = done;
      const back = way === "undos"
        ? { label: "Redo", key: "shift+mod+z", act: () => void this.redo(app) }
        : { label: "Undo", key: "mod+z", act: () => void this.undo(app) };
      toasts.say(done.sentence, back);
      await app.refresh();
    } catch (error) {
      toasts.problem(error);
    }
  }
}

export const undo = new Undo();
