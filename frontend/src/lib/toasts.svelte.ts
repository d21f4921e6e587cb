/** What just happened, said politely, with a way back. Not for errors that need a decision. */
import { untrack } from "svelte";
import { Problem, Unreachable } from "./api";

export interface Toast {
  id: number;
  words: string;
  tone: "plain" | "bad";
  action?: { label: string; key?: string; act: () => void };
}

const SHOWN_MS = 8_000;
const TOASTS_MAX = 3;

class Toasts {
  all = $state<Toast[]>([]);
  #next = 1;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();

  say(words: string, action?: Toast["action"], tone: Toast["tone"] = "plain"): number {
    const id = this.#next++;
    this.all = [...untrack(() => this.all), { id, words, tone, action }].slice(-TOASTS_MAX);
    this.#timers.set(id, setTimeout(() => this.drop(id), SHOWN_MS));
    return id;
  }

  /** An error, in the words it came with. */
  problem(error: unknown): void {
    if (error instanceof DOMException && error.name === "AbortError") return;
    if (error instanceof Problem) {
      const more = error.problems.find((problem) => problem.reason && !error.message.includes(problem.reason));
      this.say([error.message, more?.reason].filter(Boolean).join(" "), undefined, "bad");
    } else if (error instanceof Unreachable) this.say(error.message, undefined, "bad");
    else {
      console.error(error);
      this.say("Something here went wrong. Nothing was lost; try once more.", undefined, "bad");
    }
  }

  drop(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.all = this.all.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
