/** Showing once more that it is still you: whoever the server asks waits here, and one dialog answers for all of them. */
import { api } from "./api";
import type { Proof } from "./shapes";

class Asking {
  /** The dialog is open while somebody waits. */
  open = $state(false);
  ways = $state.raw<Proof["ways"]>([]);
  private waiting: ((proved: boolean) => void)[] = [];

  /** True once it was shown; false when the person would rather not. */
  async ask(): Promise<boolean> {
    if (!this.open) {
      this.ways = (await api.get<Proof>("/api/session/proof")).ways;
      this.open = true;
    }
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  done(proved: boolean): void {
    this.open = false;
    for (const resolve of this.waiting.splice(0)) resolve(proved);
  }
}

export const proof = new Asking();
