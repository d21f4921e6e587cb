/** One conversation with a co-worker: what was said, the answer as it is written, and the cards it waits for. */
import { api, lines, path, Problem } from "../../lib/api";
import type { Card, Conversation, Line, Turn } from "../../lib/coworkers";
import type { Stored } from "../../lib/shapes";
import { toasts } from "../../lib/toasts.svelte";

const RECONNECTS_MAX = 5;
const RECONNECT_MS = 400;

export class Talk {
  readonly id: string;
  title = $state("");
  shared = $state(false);
  mine = $state(true);
  by = $state("");
  turns = $state.raw<Turn[]>([]);
  /** Something is being sent, approved or refused. */
  busy = $state(false);
  /** The number of the source that is lit up. */
  lit = $state<number | null>(null);
  last = $derived(this.turns.at(-1));
  working = $derived(this.last?.state === "working");
  sources = $derived(this.turns.flatMap((turn) => turn.sources));
  #following: AbortController | null = null;
  #reading = false;

  constructor(conversation: Conversation) {
    this.id = conversation.id;
    this.title = conversation.title;
    this.shared = conversation.shared;
    this.mine = conversation.mine;
    this.by = conversation.by_name;
    this.turns = conversation.turns;
  }

  static async open(id: string, signal?: AbortSignal): Promise<Talk> {
    return new Talk(await api.get<Conversation>(path`/api/conversations/${id}`, {}, { signal }));
  }

  static async begin(coworker: string): Promise<Talk> {
    return new Talk(await api.post<Conversation>(path`/api/coworkers/${coworker}/conversations`));
  }

  /** Sends a message and shows the answer while it is written. False when the server did not take it: what was typed stays. */
  async say(text: string, files: Stored[]): Promise<boolean> {
    const known = new Set(this.turns.map((turn) => turn.id));
    const taken = (): boolean => this.turns.some((turn) => !known.has(turn.id) && turn.asked.text.trim() === text.trim());
    this.busy = true;
    try {
      const body = { text, files: files.map((file) => file.id) };
      await this.#read(path`/api/conversations/${this.id}/messages`, body);
      return true;
    } catch (error) {
      toasts.problem(error);
      const heard = taken();
      // A card that this message would have put aside is still open; and what broke off on the way may have arrived.
      await this.reread().catch(() => {});
      return heard || (!(error instanceof Problem) && taken());
    } finally {
      this.busy = false;
    }
  }

  /** Goes on reading an answer that is being written, here or in another process. */
  async follow(): Promise<void> {
    if (!this.working || this.#reading) return;
    try {
      await this.#read(path`/api/conversations/${this.id}/run`);
    } catch (error) {
      toasts.problem(error);
    }
  }

  /** The server is there again: what was missed is read, and an answer that goes on is followed. */
  async back(): Promise<void> {
    if (this.#reading) return;
    await this.reread().catch(() => {});
    await this.follow();
  }

  leave(): void {
    this.#following?.abort();
  }

  async stop(): Promise<void> {
    try {
      await api.del(path`/api/conversations/${this.id}/run`);
      if (!this.#reading) await this.back();
    } catch (error) {
      toasts.problem(error);
    }
  }

  async reread(): Promise<void> {
    this.turns = (await api.get<Conversation>(path`/api/conversations/${this.id}`)).turns;
  }

  async approve(card: Card, more: { acts?: string[]; allow?: boolean; confirm?: string }): Promise<void> {
    await this.#decide(card, "approval", { version: card.version, ...more });
  }

  async refuse(card: Card, reason: string): Promise<void> {
    await this.#decide(card, "refusal", reason ? { reason } : {});
  }

  async edit(card: Card, acts: { id: string; rows: { n: number; values: Record<string, unknown> }[] }[]): Promise<Card> {
    try {
      const edited = await api.patch<Card>(path`/api/cards/${card.id}`, { version: card.version, acts });
      this.#put(edited);
      return edited;
    } catch (error) {
      // Decided or edited elsewhere: the card as it is now.
      if (error instanceof Problem && error.status === 409) await this.reread().catch(() => {});
      throw error;
    }
  }

  async #decide(card: Card, how: "approval" | "refusal", body: unknown): Promise<void> {
    this.busy = true;
    try {
      this.#put(await api.post<Card>(`${path`/api/cards/${card.id}`}/${how}`, body));
      await this.#read(path`/api/conversations/${this.id}/run`);
    } catch (error) {
      toasts.problem(error);
      if (error instanceof Problem && (error.status === 409 || error.status === 404)) await this.reread().catch(() => {});
    } finally {
      this.busy = false;
    }
  }

  /** A stream that breaks off says nothing of the end: it is taken up again where the server is. */
  async #read(where: string, body?: unknown): Promise<void> {
    this.#following?.abort();
    const cancel = (this.#following = new AbortController());
    this.#reading = true;
    try {
      await this.#reads(cancel.signal, where, body);
    } finally {
      if (this.#following === cancel) this.#reading = false;
    }
  }

  async #reads(signal: AbortSignal, where: string, body?: unknown): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        for await (const line of lines<Line>(where, signal, body)) if (!signal.aborted) this.#hear(line);
        if (!this.working || signal.aborted) return;
      } catch (error) {
        if (signal.aborted) return;
        // Not taken, or refused: nothing is being written that could be taken up.
        if (error instanceof Problem || (!this.working && body)) throw error;
        if (tries >= RECONNECTS_MAX) throw error;
      }
      if (tries >= RECONNECTS_MAX) return;
      await new Promise((done) => setTimeout(done, RECONNECT_MS * (tries + 1)));
      where = path`/api/conversations/${this.id}/run`;
      body = undefined;
    }
  }

  #hear(line: Line): void {
    if (line.type === "turn" || line.type === "done") this.#turn(line.turn);
    else if (line.type === "title") this.title = line.title;
    else if (line.type === "sources") this.#change((turn) => ({ ...turn, sources: [...turn.sources, ...line.sources] }));
    else if (line.type === "part") this.#change((turn) => ({ ...turn, parts: replaced(turn.parts, line.n, line.part) }));
    else this.#change((turn) => ({ ...turn, parts: replaced(turn.parts, line.n, withMore(turn.parts[line.n], line.delta)) }));
  }

  #turn(turn: Turn): void {
    const at = this.turns.findIndex((one) => one.id === turn.id);
    this.turns = at < 0 ? [...this.turns, turn] : this.turns.with(at, turn);
  }

  #change(make: (turn: Turn) => Turn): void {
    const turn = this.last;
    if (turn) this.turns = this.turns.with(-1, make(turn));
  }

  #put(card: Card): void {
    const swap = (part: Turn["parts"][number]): Turn["parts"][number] => (part.kind === "card" && part.card.id === card.id ? { kind: "card", card } : part);
    this.turns = this.turns.map((turn) => (turn.id === card.turn ? { ...turn, parts: turn.parts.map(swap) } : turn));
  }
}

function replaced<T>(all: T[], n: number, one: T): T[] {
  const out = [...all];
  out[n] = one;
  return out;
}

function withMore(part: Turn["parts"][number] | undefined, delta: string): Turn["parts"][number] {
  return { kind: "text", html: "", text: (part?.kind === "text" ? part.text : "") + delta };
}
