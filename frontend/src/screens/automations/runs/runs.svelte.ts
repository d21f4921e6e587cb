/** The runs of one automation as they happen, and the one that is open. */
import { api, path } from "../../../lib/api";
import type { Run, RunOpened } from "../../../lib/automations/shapes";
import { live } from "../../../lib/live.svelte";
import type { Items } from "../../../lib/shapes";

/** Events come in showers: one reading for those within. */
const SOON_MS = 250;
const LAST = 6;

export class Runs {
  readonly app: string;
  readonly automation: string;
  last = $state.raw<Run[] | null>(null);
  opened = $state.raw<RunOpened | null>(null);
  error = $state.raw<unknown>(null);
  openError = $state.raw<unknown>(null);
  /** Counts what was heard, for lists of their own. */
  news = $state(0);
  #open: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #again = false;
  #reading = false;

  constructor(app: string, automation: string) {
    this.app = app;
    this.automation = automation;
  }

  start(): () => void {
    void this.read();
    const stops = [
      live.on("run", (event) => event.app === this.app && event.automation === this.automation && this.soon()),
      live.onBack(() => this.soon()),
    ];
    return () => {
      clearTimeout(this.#timer);
      stops.forEach((stop) => stop());
    };
  }

  soon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#readAll(), SOON_MS);
  }

  async #readAll(): Promise<void> {
    if (this.#reading) return void (this.#again = true);
    this.#reading = true;
    await Promise.all([this.read(), this.#open ? this.#readOpen() : undefined]);
    this.news++;
    this.#reading = false;
    if (!this.#again) return;
    this.#again = false;
    this.soon();
  }

  async read(): Promise<void> {
    try {
      this.last = (await api.get<Items<Run>>(path`/api/apps/${this.app}/automations/${this.automation}/runs`, { limit: LAST })).items;
      this.error = null;
    } catch (error) {
      this.error = error;
    }
  }

  open(id: string | null): void {
    if (id === this.#open) return;
    this.#open = id;
    if (this.opened?.id !== id) this.opened = null;
    this.openError = null;
    if (id) void this.#readOpen();
  }

  again(): void {
    void this.#readOpen();
  }

  /** What an act on the run was answered. */
  take(run: RunOpened): void {
    if (run.id === this.#open) this.opened = run;
    this.soon();
  }

  /** Shows a run that is at hand already. */
  show(run: RunOpened): void {
    this.#open = run.id;
    this.openError = null;
    this.opened = run;
    this.soon();
  }

  async #readOpen(): Promise<void> {
    const id = this.#open;
    if (!id) return;
    try {
      const run = await api.get<RunOpened>(path`/api/runs/${id}`);
      if (id === this.#open) this.opened = run;
    } catch (error) {
      if (id === this.#open && !this.opened) this.openError = error;
    }
  }
}
