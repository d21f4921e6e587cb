/** Edits that could not be sent wait here, in order, and go out when the server is back. Each keeps its idempotency key. */
import { newKey, request, Unreachable } from "./api";

interface Waiting {
  method: string;
  where: string;
  body: unknown;
  key: string;
  done: (answer: unknown) => void;
  failed: (error: unknown) => void;
}

const RETRY_MS = 4_000;

class Outbox {
  waiting = $state.raw<Waiting[]>([]);
  #sending = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  get count(): number {
    return this.waiting.length;
  }

  /** Like `request`, but a server that is away only makes it take longer. Problems (409, 422, …) are thrown as ever. */
  async send<T>(method: string, where: string, body: unknown): Promise<T> {
    const key = newKey();
    if (!this.count) {
      try {
        return await request<T>(method, where, body, { key });
      } catch (error) {
        if (!(error instanceof Unreachable)) throw error;
      }
    }
    return new Promise<T>((done, failed) => {
      this.waiting = [...this.waiting, { method, where, body, key, done: done as (answer: unknown) => void, failed }];
      this.#later();
    });
  }

  /** Tries everything that waits, oldest first; called when the socket is back. */
  async flush(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    clearTimeout(this.#timer);
    try {
      for (let first = this.waiting[0]; first; first = this.waiting[0]) {
        try {
          first.done(await request(first.method, first.where, first.body, { key: first.key }));
        } catch (error) {
          if (error instanceof Unreachable) return this.#later();
          first.failed(error);
        }
        this.waiting = this.waiting.slice(1);
      }
    } finally {
      this.#sending = false;
    }
  }

  /** Asks before a tab with unsent edits is closed; returns the off-switch. */
  start(): () => void {
    const leaving = (event: BeforeUnloadEvent) => {
      if (this.count) event.preventDefault();
    };
    const online = () => void this.flush();
    addEventListener("beforeunload", leaving);
    addEventListener("online", online);
    return () => {
      removeEventListener("beforeunload", leaving);
      removeEventListener("online", online);
    };
  }

  #later(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), RETRY_MS);
  }
}

export const outbox = new Outbox();
