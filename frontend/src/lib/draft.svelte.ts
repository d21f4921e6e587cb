/** One wish being worked on: its words, its plan, the answers given so far. */
import { api, lines, path, Problem } from "./api";
import type { Built, Draft, DraftEvent, Note, Plan } from "./shapes";
import type { App, ChangeStep } from "./spec";
import { uploaded } from "../parts/cells/files";
import { rememberWish } from "./wishes";

/** The sections of a plan in the order in which they arrive. */
export const SECTIONS = ["tables", "losses", "questions", "views", "automations", "coworkers", "roles"] as const;
export type Section = (typeof SECTIONS)[number];

const RECONNECTS_MAX = 5;
const RECONNECT_MS = 500;

export class DraftState {
  draft = $state.raw<Draft>(null as never);
  /** The app as it is now, when the draft changes one. */
  base = $state.raw<App | null>(null);
  /** By section, what has come of the plan so far: the names of its parts. */
  arrived = $state.raw<ReadonlyMap<string, readonly string[]>>(new Map());
  /** Chosen answers to what was asked, by path. */
  answers = $state<Record<string, string>>({});
  built = $state.raw<Built | null>(null);
  busy = $state(false);
  error = $state.raw<unknown>(null);
  /** The note whose words are lit up in the wish. */
  lit = $state.raw<Note | null>(null);
  #following: AbortController | null = null;

  plan = $derived.by((): Plan | null => this.draft?.plan ?? null);
  working = $derived.by(() => this.draft?.state === "planning");

  static async open(id: string): Promise<DraftState> {
    return DraftState.of(await api.get<Draft>(path`/api/drafts/${id}`));
  }

  static async of(draft: Draft): Promise<DraftState> {
    const state = new DraftState();
    if (draft.app && draft.state !== "built") {
      state.base = (await api.get<{ spec: App }>(path`/api/apps/${draft.app}`)).spec;
    }
    state.#take(draft);
    return state;
  }

  /** `focus` is the part of the app that is open meanwhile, such as `automations/weekly_report`: what "it" means. */
  static async begin(wish: string, app: string | null, file: File | null = null, focus?: string): Promise<DraftState> {
    rememberWish(wish);
    return DraftState.of(await api.post<Draft>("/api/drafts", { wish, ...(app ? { app } : {}), ...(focus ? { focus } : {}), ...(await attached(file)) }));
  }

  /** Follows the planning until it is done; harmless when it is. */
  async follow(): Promise<void> {
    if (this.draft.state !== "planning") return;
    this.#following?.abort();
    const cancel = (this.#following = new AbortController());
    for (let tries = 0; this.draft.state === "planning" && !cancel.signal.aborted; tries++) {
      if (tries) await new Promise((done) => setTimeout(done, RECONNECT_MS * Math.min(tries, RECONNECTS_MAX)));
      try {
        await this.#listen(cancel.signal);
      } catch (error) {
        if (cancel.signal.aborted) return;
        if (error instanceof Problem || tries >= RECONNECTS_MAX) return void (this.error = error);
      }
    }
  }

  async #listen(signal: AbortSignal): Promise<void> {
    for await (const event of lines<DraftEvent>(`${path`/api/drafts/${this.draft.id}`}/events`, signal)) {
      if (signal.aborted) return;
      if (event.type === "section") this.arrived = new Map([...this.arrived, [event.section, namesIn(event.value)]]);
      else if (event.type === "working") this.draft = { ...this.draft, working: event };
      else if (event.draft) this.#take(event.draft);
    }
    // A stream that broke off says nothing of the end: ask.
    if (this.draft.state !== "planning") return;
    const now = await api.get<Draft>(path`/api/drafts/${this.draft.id}`, {}, { signal });
    if (now.state !== "planning") this.#take(now);
  }

  stop(): void {
    this.#following?.abort();
  }

  /** A model that works on this is told to stop: what it has proposed by then is the plan, which comes as the last of its events. */
  async halt(): Promise<void> {
    await api.del(`${path`/api/drafts/${this.draft.id}`}/planning`);
  }

  async say(words: string, file: File | null = null): Promise<void> {
    rememberWish(words);
    await this.#do(async () => {
      this.#take(await api.post<Draft>(`${path`/api/drafts/${this.draft.id}`}/messages`, { wish: words, ...(await attached(file)) }));
    });
    await this.follow();
  }

  /** Further steps on top of the plan: a part renamed, altered, moved or removed by hand. */
  edit(...steps: ChangeStep[]): Promise<void> {
    return this.replace([...(this.plan?.change?.steps ?? []), ...steps]);
  }

  /** Other steps in place of the planned ones; the server checks and completes them. */
  async replace(steps: ChangeStep[]): Promise<void> {
    const change = this.plan?.change;
    if (!change) return;
    await this.#do(async () => {
      this.#take(await api.patch<Draft>(path`/api/drafts/${this.draft.id}`, { change: { ...change, steps } }));
    });
  }

  async build(): Promise<Built | null> {
    await this.#do(async () => {
      this.draft = { ...this.draft, state: "building" };
      try {
        this.built = await api.post<Built>(`${path`/api/drafts/${this.draft.id}`}/acceptance`, { choices: this.answers });
        this.draft = { ...this.draft, state: "built", app: this.built.app };
      } catch (error) {
        this.draft = { ...this.draft, state: "ready" };
        throw error;
      }
    });
    return this.built;
  }

  discard(): Promise<void> {
    return api.del(path`/api/drafts/${this.draft.id}`);
  }

  /** Where a note's words stand in one of the messages, to light them up. */
  spanIn(words: string): [number, number] | null {
    const note = this.lit;
    if (!note?.words) return null;
    if (note.span && words.slice(...note.span) === note.words) return note.span;
    const at = words.toLowerCase().indexOf(note.words.toLowerCase());
    return at < 0 ? null : [at, at + note.words.length];
  }

  /** What was said about a part of the plan: from which words it came, or that it was assumed. */
  noteOf(where: string): Note | undefined {
    return this.plan?.notes.find((note) => note.path === where && (note.kind === "yours" || note.kind === "assumed"));
  }

  async #do(act: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.error = null;
    try {
      await act();
    } catch (error) {
      this.error = error;
      if (!(error instanceof Problem)) console.error(error);
    } finally {
      this.busy = false;
    }
  }

  #take(draft: Draft): void {
    this.draft = draft;
    if (draft.state === "planning") this.arrived = new Map();
    const answers: Record<string, string> = {};
    for (const note of openNotes(draft.plan)) {
      const given = this.answers[noteKey(note)] ?? note.answer;
      if (given) answers[noteKey(note)] = given;
    }
    this.answers = answers;
  }
}

function namesIn(value: unknown): string[] {
  return Array.isArray(value) ? value.map((part: { name?: string }) => part.name ?? "").filter(Boolean) : [];
}

/** A picture or document that belongs to a wish, once it is uploaded. */
export async function attached(file: File | null): Promise<{ files?: string[] }> {
  return file ? { files: [(await uploaded(file)).id] } : {};
}

/** What the planner asks or did not understand. */
export function openNotes(plan: Plan | null): Note[] {
  return plan?.notes.filter((note) => note.kind === "not_understood" || note.kind === "question") ?? [];
}

export function noteKey(note: Note): string {
  return note.path || note.words;
}
