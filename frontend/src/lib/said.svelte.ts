/** How much was said about the rows that are in sight: asked for all of them at once, and anew when somebody says something. */
import { SvelteMap } from "svelte/reactivity";
import { api, path } from "./api";
import { live } from "./live.svelte";
import type { components } from "./schema";

type Counts = components["schemas"]["CommentCounts"];
/** Comments on a row, and how many of its threads are not resolved. */
export interface Said {
  comments: number;
  open: number;
}

const WAIT_MS = 80;
const ASKED_MAX = 500;
const KNOWN_MAX = 5_000;
const NOTHING: Said = { comments: 0, open: 0 };

class SaidOfRows {
  #known = new SvelteMap<string, Said>();
  #asked = new Map<string, Set<number>>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #listening = false;

  /** What is known of a row; what is not is asked for with its neighbours. */
  of(app: string, table: string, row: number): Said {
    const known = this.#known.get(`${app}/${table}/${row}`);
    if (!known) this.#ask(`${app}/${table}`, row);
    return known ?? NOTHING;
  }

  #ask(place: string, row: number): void {
    this.#listen();
    const rows = this.#asked.get(place) ?? new Set();
    this.#asked.set(place, rows.add(row));
    this.#timer ??= setTimeout(() => void this.#read(), WAIT_MS);
  }

  #listen(): void {
    if (this.#listening) return;
    this.#listening = true;
    live.on("rows", ({ app, table, ids, kind }) => {
      if (kind === "changed") for (const id of ids) if (this.#known.has(`${app}/${table}/${id}`)) this.#ask(`${app}/${table}`, id);
    });
    live.onBack(() => this.#known.clear());
  }

  async #read(): Promise<void> {
    this.#timer = undefined;
    const asked = [...this.#asked];
    this.#asked.clear();
    if (this.#known.size > KNOWN_MAX) this.#known.clear();
    for (const [place, rows] of asked) {
      const [app, table] = place.split("/") as [string, string];
      for (let from = 0, ids = [...rows]; from < ids.length; from += ASKED_MAX) {
        const some = ids.slice(from, from + ASKED_MAX);
        const found = await api.get<Counts>(path`/api/apps/${app}/tables/${table}/comment-counts`, { rows: some.join(",") }).catch(() => null);
        if (found) for (const id of some) this.#known.set(`${place}/${id}`, { comments: found.counts[id] ?? 0, open: found.open[id] ?? 0 });
      }
    }
  }
}

export const said = new SaidOfRows();
