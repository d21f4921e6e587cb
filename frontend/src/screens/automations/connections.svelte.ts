/** The accounts that this person may use, read once for all forms that ask for one. */
import { api } from "../../lib/api";
import type { Connection } from "../../lib/automations/shapes";
import type { Items } from "../../lib/shapes";

class Connections {
  all = $state.raw<Connection[] | null>(null);
  error = $state.raw<unknown>(null);
  #asked = false;

  async read(again = false): Promise<void> {
    if (this.#asked && !again) return;
    this.#asked = true;
    try {
      this.all = (await api.get<Items<Connection>>("/api/connections")).items;
      this.error = null;
    } catch (error) {
      this.error = error;
      this.#asked = false;
    }
  }

  /** Those of these kinds, or that do one of these things. */
  of(kinds: readonly string[]): Connection[] {
    return (this.all ?? []).filter((one) => kinds.includes(one.kind) || one.does.some((what) => kinds.includes(what)));
  }
}

export const connections = new Connections();
