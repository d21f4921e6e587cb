/** Something read from the server and read again whenever the rows it speaks of change. What is shown stays until its successor comes. */
import { untrack } from "svelte";
import type { AppState } from "../lib/app.svelte";
import { live } from "../lib/live.svelte";

const WAIT_MS = 150;

export class Reading<T> {
  value = $state.raw<T | undefined>(undefined);
  problem = $state.raw<unknown>(null);
  readonly state = $derived(this.value !== undefined ? "ready" : this.problem ? "failed" : "loading");
  #read: (signal: AbortSignal) => Promise<T>;
  #asked: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #off: () => void;
  #held = false;
  #waiting = false;

  /** `tables`: those whose rows the answer speaks of. */
  constructor(app: AppState, tables: () => readonly string[], read: (signal: AbortSignal) => Promise<T>) {
    this.#read = read;
    const heard = live.on("rows", (event) => {
      if (event.app === app.id && tables().includes(event.table)) this.#later();
    });
    const back = live.onBack(() => this.#later());
    this.#off = () => (heard(), back());
  }

  /** Reads now; an older question that is still open is dropped. */
  async again(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = false;
    this.#asked?.abort();
    const asked = (this.#asked = new AbortController());
    try {
      // Asked from effects: what the question reads must not bring the same question up again.
      const value = await untrack(() => this.#read(asked.signal));
      if (asked.signal.aborted) return;
      this.value = value;
      this.problem = null;
    } catch (error) {
      if (!asked.signal.aborted) this.problem = error;
    }
  }

  /** While a gesture is under way nothing moves under the hand. */
  hold(held: boolean): void {
    this.#held = held;
    if (!held && this.#waiting) this.#later();
  }

  close(): void {
    this.#off();
    clearTimeout(this.#timer);
    this.#asked?.abort();
  }

  #later(): void {
    this.#waiting = true;
    if (this.#held || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (!this.#held) void this.again();
    }, WAIT_MS);
  }
}
