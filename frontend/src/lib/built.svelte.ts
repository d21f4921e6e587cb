/** What was built last in this tab: its report is shown once, in the app that it made or changed. */
import type { Built } from "./shapes";

class LastBuilt {
  now = $state.raw<Built | null>(null);

  keep(built: Built): void {
    this.now = built;
  }

  drop(): void {
    this.now = null;
  }
}

export const lastBuilt = new LastBuilt();
