/** A change by hand: first what it would do; asked about only when something would be lost; then done, with undo. */
import type { AppState } from "../../lib/app.svelte";
import { Problem } from "../../lib/api";
import type { Preview } from "../../lib/shapes";
import type { ChangeStep } from "../../lib/spec";

class Proposal {
  /** Waits for a yes. */
  asked = $state.raw<{ title: string; preview: Preview } | null>(null);
  #answer: ((yes: boolean) => void) | null = null;

  /** `true` when it was done. Throws `Problem` when it does not make sense. */
  async make(app: AppState, title: string, steps: ChangeStep[]): Promise<boolean> {
    if (!steps.length) return true;
    const preview = await app.plan({ title, steps });
    if (preview.problems.length) {
      const [first] = preview.problems;
      throw new Problem(422, "invalid", "Some of this needs another look", first?.reason ?? "", preview.problems);
    }
    if (preview.losses.some((loss) => loss.rows > 0) && !(await this.#ask(title, preview))) return false;
    await app.change(title, steps);
    return true;
  }

  answer(yes: boolean): void {
    this.asked = null;
    this.#answer?.(yes);
    this.#answer = null;
  }

  #ask(title: string, preview: Preview): Promise<boolean> {
    this.#answer?.(false);
    this.asked = { title, preview };
    return new Promise((resolve) => (this.#answer = resolve));
  }
}

export const proposal = new Proposal();
