/** The groups of a view with their counts and figures, read again whenever its rows have changed. */
import { api, path } from "./api";
import type { AppState } from "./app.svelte";
import type { Group } from "./shapes";
import type { Filter, Grouping, Summary } from "./spec";
import { toasts } from "./toasts.svelte";

export interface GroupsOf {
  by: Grouping[];
  filter?: Filter;
  search?: string;
  summaries?: Record<string, Summary>;
}

export class Groups {
  all = $state.raw<readonly Group[]>([]);
  ready = $state(false);
  #app: AppState;
  #table: string;
  #asked: AbortController | undefined;

  constructor(app: AppState, table: string) {
    this.#app = app;
    this.#table = table;
  }

  async read({ by, filter, search, summaries }: GroupsOf): Promise<void> {
    this.#asked?.abort();
    if (by.length === 0) {
      this.all = [];
      this.ready = false;
      return;
    }
    const asked = (this.#asked = new AbortController());
    try {
      const answer = await api.get<{ groups: Group[] }>(
        path`/api/apps/${this.#app.id}/tables/${this.#table}/groups`,
        { by, filter: filter?.of?.length ? filter : undefined, search: search?.trim(), summaries: summaries && Object.keys(summaries).length ? summaries : undefined },
        { signal: asked.signal },
      );
      this.all = answer.groups;
      this.ready = true;
    } catch (error) {
      if (asked.signal.aborted) return;
      this.all = [];
      this.ready = false;
      toasts.problem(error);
    }
  }
}
