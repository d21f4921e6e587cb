/** The one WebSocket of this tab: what changed elsewhere, and who is here. It comes back by itself. */

import type { FillState } from "./ai";
import { api } from "./api";
import { seeing } from "./seeing.svelte";

export interface At {
  app: string;
  view?: string | null;
  table?: string | null;
  row?: number | null;
  field?: string | null;
  /** They are writing there. */
  typing?: boolean;
}
export interface Present {
  member: string;
  name: string;
  hue: number;
  at: At | null;
}
export type LiveEvent =
  | { event: "rows"; app: string; table: string; kind: "created" | "changed" | "trashed" | "restored" | "imported"; ids: number[]; by: string; seq: number }
  | { event: "app"; app: string; version: number; by: string }
  | { event: "people"; app: string; people: Present[] }
  | { event: "fill"; app: string; id: string; table: string; field: string; state: FillState; rows: number; done: number; failed: number; review: number; cost: string }
  | { event: "sync"; app: string; table: string; id: string; state: string; read: number }
  | { event: "activity"; app: string }
  | { event: "team"; members: string[] | null }
  | { event: "notification" }
  | { event: "approval"; id: string }
  | { event: "run"; app: string; id: string; automation: string; state: string; dry: boolean; problem: string | null }
  | { event: "draft"; id: string }
  | { event: "import"; id: string }
  | { event: "run"; app: string; id: string; automation: string; state: string; dry: boolean; problem: string | null }
  | { event: "trial"; id: string; app: string | null; by: string };
type Kind = LiveEvent["event"];
type Listener<K extends Kind> = (event: Extract<LiveEvent, { event: K }>) => void;

const WAIT_MS_FIRST = 500;
const WAIT_MS_MAX = 15_000;
const SIGNED_OUT = 4401;

class Live {
  /** `true` from the first greeting on; `false` makes the shell say that we are offline. */
  connected = $state(true);
  people = $state<Record<string, Present[]>>({});
  #socket: WebSocket | null = null;
  #wait = WAIT_MS_FIRST;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #on = false;
  #watched = new Map<string, number>();
  #everywhere = 0;
  #at: At | null = null;
  #listeners = new Map<Kind | "back" | "open", Set<(event: never) => void>>();

  start(): () => void {
    this.#on = true;
    this.#connect();
    const online = () => this.#retryNow();
    addEventListener("online", online);
    return () => {
      this.#on = false;
      clearTimeout(this.#timer);
      removeEventListener("online", online);
      this.#socket?.close();
    };
  }

  /** Hears of everything in an app until the returned function is called. */
  watch(app: string): () => void {
    const n = this.#watched.get(app) ?? 0;
    this.#watched.set(app, n + 1);
    if (!n) this.#send({ watch: { app } });
    return () => {
      const left = (this.#watched.get(app) ?? 1) - 1;
      if (left) this.#watched.set(app, left);
      else {
        this.#watched.delete(app);
        this.#send({ unwatch: { app } });
      }
    };
  }

  /** Hears in which apps there is news (`activity`) until the returned function is called, without being seen in any of them. */
  everywhere(): () => void {
    if (!this.#everywhere++) this.#send({ activity: true });
    return () => {
      if (!--this.#everywhere) this.#send({ activity: false });
    };
  }

  on<K extends Kind>(kind: K, listener: Listener<K>): () => void {
    return this.#listen(kind, listener as (event: never) => void);
  }

  /** The socket was away and is back: read again what is shown, as events may have been missed. */
  onBack(act: () => void): () => void {
    return this.#listen("back", act);
  }

  /** It is open, for the first time or again: what was read before that may have missed something. */
  onOpen(act: () => void): () => void {
    return this.#listen("open", act);
  }

  /** Tells the others where this person is. */
  at(where: At): void {
    if (JSON.stringify(where) === JSON.stringify(this.#at)) return;
    this.#at = where;
    this.#send({ at: where });
  }

  #listen(kind: Kind | "back" | "open", listener: (event: never) => void): () => void {
    const all = this.#listeners.get(kind) ?? new Set();
    this.#listeners.set(kind, all.add(listener));
    return () => all.delete(listener);
  }

  #connect(): void {
    const url = new URL("/api/live", location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    seeing.tell(url);
    const socket = new WebSocket(url);
    this.#socket = socket;
    let away = !this.connected;
    socket.onopen = () => {
      this.#wait = WAIT_MS_FIRST;
      this.connected = true;
      for (const app of this.#watched.keys()) this.#send({ watch: { app } });
      if (this.#everywhere) this.#send({ activity: true });
      if (this.#at) this.#send({ at: this.#at });
      if (away) this.#tell("back", undefined as never);
      this.#tell("open", undefined as never);
      away = false;
    };
    socket.onmessage = (message) => {
      const event = JSON.parse(String(message.data)) as LiveEvent;
      if (event.event === "people") this.people[event.app] = event.people;
      this.#tell(event.event, event as never);
    };
    socket.onclose = (event) => {
      if (!this.#on || this.#socket !== socket) return;
      // Closed because the session ended: asking who this is brings the sign-in page.
      if (event.code === SIGNED_OUT) void api.get("/api/session").catch(() => {});
      // One quick retry is silent: a restarted server is back within a blink.
      if (this.#wait > WAIT_MS_FIRST) this.connected = false;
      this.#timer = setTimeout(() => this.#connect(), this.#wait * (0.8 + Math.random() * 0.4));
      this.#wait = Math.min(this.#wait * 2, WAIT_MS_MAX);
    };
  }

  #retryNow(): void {
    if (this.#socket?.readyState === WebSocket.OPEN) return;
    clearTimeout(this.#timer);
    this.#wait = WAIT_MS_FIRST * 2;
    this.#connect();
  }

  #send(message: unknown): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #tell(kind: Kind | "back" | "open", event: never): void {
    for (const listener of [...(this.#listeners.get(kind) ?? [])]) listener(event);
  }
}

export const live = new Live();
