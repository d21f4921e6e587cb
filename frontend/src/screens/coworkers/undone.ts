/** Takes back what a card did, the last first, when nothing of mine came after it. */
import { api, path } from "../../lib/api";
import type { UndoState, Undone } from "../../lib/shapes";
import { toasts } from "../../lib/toasts.svelte";

export async function undone(steps: { app: string; sentence: string }[]): Promise<void> {
  const said: string[] = [];
  try {
    for (const one of steps) {
      const where = path`/api/apps/${one.app}/undos`;
      const next = await api.get<UndoState>(where);
      if (next.next_undo !== one.sentence) {
        toasts.say(next.next_undo ? `Not undone: you did something else since then. Undo that first: ${next.next_undo}` : "This was undone already.");
        return;
      }
      said.push((await api.post<Undone>(where)).sentence);
    }
    toasts.say(`Undone: ${said.join("; ")}`);
  } catch (error) {
    toasts.problem(error);
  }
}
