/** Specs of the apps that a conversation touches, read once each: for the names of choices on cards. */
import { api, path } from "../../lib/api";
import type { OpenApp } from "../../lib/shapes";
import type { App } from "../../lib/spec";

class Apps {
  #known = $state<Record<string, App>>({});
  #asked = new Set<string>();

  spec(app: string): App | undefined {
    if (!this.#asked.has(app)) {
      this.#asked.add(app);
      void api.get<OpenApp>(path`/api/apps/${app}`).then((open) => (this.#known[app] = open.spec), () => this.#asked.delete(app));
    }
    return this.#known[app];
  }

  /** Tables may have come since: each is read once more when it is next asked for. */
  again(): void {
    this.#asked.clear();
  }
}

export const apps = new Apps();
