/** One model's side of a run: what it is answering, what that costs, and a way to stop it. */
import { lines, Problem } from "../../../lib/api";
import type { Callable, Known } from "../../../lib/gateway";
import { bodyOf, endpointOf, pieceOf, type Endpoint, type Prompt } from "./asking";

interface Done {
  id: string;
  provider: string;
  model: string;
  cost: string | null;
  tokens: Record<string, number>;
  flags: string[];
  latency_ms: number;
  first_ms: number | null;
  attempts: number;
}
interface Refusal {
  message: string;
  code?: string | null;
  upstream?: string | null;
}
type Line = { event: unknown } | { done: Done } | { error: Refusal };

export type LaneState = "idle" | "running" | "done" | "failed" | "stopped";
const TICK_MS = 100;
let next = 1;

export class Lane {
  readonly key = next++;
  model = $state("");
  state = $state<LaneState>("idle");
  endpoint = $state<Endpoint>("chat/completions");
  text = $state("");
  thought = $state("");
  picture = $state<string | null>(null);
  vector = $state.raw<number[] | null>(null);
  done = $state.raw<Done | null>(null);
  refusal = $state.raw<Refusal | null>(null);
  elapsed = $state(0);
  /** The model has looked at the words only: it takes no pictures. */
  unseen = $state(false);
  #cancel: AbortController | null = null;

  constructor(model = "") {
    this.model = model;
  }

  get empty(): boolean {
    return !this.text && !this.thought && !this.picture && !this.vector;
  }

  /** Another model: what the one before said goes with it. */
  choose(model: string): void {
    this.stop();
    this.model = model;
    this.clear();
  }

  clear(): void {
    this.state = "idle";
    this.text = this.thought = "";
    this.picture = this.vector = this.done = this.refusal = null;
    this.elapsed = 0;
    this.unseen = false;
  }

  async run(callable: Callable, known: Known | null, prompt: Prompt): Promise<void> {
    this.stop();
    this.clear();
    this.state = "running";
    this.endpoint = endpointOf(callable, known);
    this.unseen = prompt.pictures.length > 0 && this.endpoint !== "chat/completions";
    const cancel = (this.#cancel = new AbortController());
    const began = performance.now();
    const clock = setInterval(() => (this.elapsed = performance.now() - began), TICK_MS);
    try {
      const body = bodyOf(this.endpoint, this.model, prompt);
      for await (const line of lines<Line>("/api/gateway/calls", cancel.signal, { endpoint: this.endpoint, body })) {
        if (cancel.signal.aborted) break;
        this.#take(line);
      }
      if (this.#cancel === cancel && this.state === "running") this.#fail({ message: "The answer broke off." });
    } catch (error) {
      if (this.#cancel === cancel && !cancel.signal.aborted) this.#fail({ message: error instanceof Problem ? [error.message, ...error.problems.map((one) => one.reason)].filter(Boolean)[0]! : "The server cannot be reached." });
    } finally {
      clearInterval(clock);
      if (this.#cancel === cancel) {
        this.elapsed = performance.now() - began;
        this.#cancel = null;
      }
    }
  }

  stop(): void {
    if (this.state === "running") this.state = "stopped";
    this.#cancel?.abort();
  }

  #take(line: Line): void {
    if ("event" in line) {
      const piece = pieceOf(line.event);
      if (piece.text) this.text += piece.text;
      if (piece.thought) this.thought += piece.thought;
      if (piece.picture) this.picture = piece.picture;
      if (piece.vector) this.vector = piece.vector;
    } else if ("done" in line) {
      this.done = line.done;
      if (this.state === "running") this.state = "done";
    } else if ("error" in line) this.#fail(line.error);
  }

  #fail(refusal: Refusal): void {
    this.refusal = refusal;
    this.state = "failed";
  }
}
