/** Who would plan the next wish: a model by its name, or the built-in planner. */
import { api } from "./api";

class PlannerState {
  model = $state.raw<string | null>(null);
  #asked = 0;

  /** Looked up again when it is shown: an owner may have connected a model meanwhile. */
  async read(): Promise<void> {
    const asked = ++this.#asked;
    const answer = await api.get<{ model: string | null }>("/api/builder").catch(() => ({ model: null }));
    if (asked === this.#asked) this.model = answer.model;
  }
}

export const planner = new PlannerState();
