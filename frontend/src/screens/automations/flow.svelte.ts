/** One automation being edited by hand: shown at once, kept as ordinary changes of the app, a little after the last key. */
import { Problem } from "../../lib/api";
import type { AppState } from "../../lib/app.svelte";
import { at, copied, countIn, every, freshId, idsOf, inserted, listOf, moved, pathIn, placeOf, removed, replaced, withIds } from "../../lib/automations/tree";
import type { Automation, Step, Trigger } from "../../lib/spec";
import { toasts } from "../../lib/toasts.svelte";
import { STEP_KINDS } from "../../lib/automations/kinds";

/** How long after the last key what was typed is kept. */
const TYPING_MS = 1_800;
const TRIES_MAX = 3;

/** The trigger, or the path of a step. */
export type Place = "trigger" | (string & {});

export class FlowState {
  readonly app: AppState;
  readonly id: string;
  /** Ahead of what the server knows. */
  #draft = $state.raw<Automation | null>(null);
  /** The card whose form is open. */
  open = $state<Place | null>(null);
  /** Why what is shown is not kept. */
  problem = $state.raw<Problem | null>(null);
  saving = $state(false);
  waiting = $state(false);
  told = $derived.by(() => (this.app.spec.automations ?? []).find((one) => one.id === this.id));
  now = $derived.by(() => this.#draft ?? this.told);
  steps = $derived.by(() => every(this.now?.steps));
  #timer: ReturnType<typeof setTimeout> | undefined;
  #title = "";
  #form: Place | null = null;
  #turn: Promise<void> = Promise.resolve();

  constructor(app: AppState, id: string) {
    this.app = app;
    this.id = id;
  }

  get edits(): boolean {
    return this.app.may("build");
  }

  step(path: Place | null): Step | undefined {
    return path === null || path === "trigger" ? undefined : at(this.now?.steps, path);
  }

  /** What is typed: kept when the keys rest, or the form is left. */
  alter(path: Place, value: Step | Trigger, title: string): void {
    const now = this.#whole();
    if (!now) return;
    const next = path === "trigger" ? { ...now, trigger: value as Trigger } : { ...now, steps: replaced(now.steps ?? [], path, value as Step) };
    this.#put(next, title, { form: path });
  }

  describe(description: string): void {
    const now = this.#whole();
    if (now) this.#put({ ...now, description }, `Described ${now.name}`, { form: "about" });
  }

  insert(list: string, n: number, step: Step): void {
    const now = this.#whole();
    if (!now) return;
    const fresh = { ...step, id: freshId(step.kind, idsOf(now)) } as Step;
    this.#put({ ...now, steps: inserted(now.steps ?? [], list, n, fresh) }, `Added the step ${STEP_KINDS[step.kind].label}`);
    this.open = pathIn(list, n);
  }

  remove(path: string): void {
    const now = this.#whole(), step = at(now?.steps, path);
    if (!now || !step) return;
    this.open = null;
    this.#put({ ...now, steps: removed(now.steps ?? [], path) }, `Removed the step ${step.name || STEP_KINDS[step.kind].label}`);
  }

  move(path: string, by: 1 | -1): void {
    const now = this.#whole();
    if (!now || !this.movable(path, by)) return;
    this.#put({ ...now, steps: moved(now.steps ?? [], path, by) }, `Moved a step ${by < 0 ? "up" : "down"}`);
    if (this.open === path) this.open = pathIn(listOf(path), placeOf(path) + by);
  }

  movable(path: string, by: 1 | -1): boolean {
    const to = placeOf(path) + by;
    return to >= 0 && to < countIn(this.now?.steps ?? [], listOf(path));
  }

  duplicate(path: string): void {
    const now = this.#whole(), step = at(now?.steps, path);
    if (!now || !step) return;
    this.#put({ ...now, steps: inserted(now.steps ?? [], listOf(path), placeOf(path) + 1, copied(step, idsOf(now))) }, `Copied the step ${step.name || STEP_KINDS[step.kind].label}`);
    this.open = pathIn(listOf(path), placeOf(path) + 1);
  }

  /** Another trigger altogether. */
  begin(trigger: Trigger): void {
    const now = this.#whole();
    if (now) this.#put({ ...now, trigger }, `Changed what starts ${now.name}`);
  }

  async rename(name: string): Promise<void> {
    await this.flush();
    await this.app.rename("automation", this.id, name);
  }

  /** Nothing is on its way any more, or it was refused. */
  async flush(): Promise<void> {
    if (this.waiting) this.#send();
    await this.#turn;
  }

  /** Back to what the server knows. */
  drop(): void {
    clearTimeout(this.#timer);
    this.waiting = false;
    this.#draft = null;
    this.problem = null;
    if (this.open && this.open !== "trigger" && !this.step(this.open)) this.open = null;
  }

  #whole(): Automation | undefined {
    return this.now && withIds(this.now);
  }

  #put(next: Automation, title: string, { form = null as Place | null } = {}): void {
    // Acts in a row are one step to undo only while they are typed into the same form.
    if (this.waiting && form !== this.#form) this.#send();
    this.#draft = next;
    this.#title = title;
    this.#form = form;
    this.waiting = true;
    clearTimeout(this.#timer);
    if (form !== null) this.#timer = setTimeout(() => this.#send(), TYPING_MS);
    else this.#send();
  }

  #send(): void {
    clearTimeout(this.#timer);
    const value = this.#draft, title = this.#title, say = this.#form === null;
    this.waiting = false;
    if (!value) return;
    this.#turn = this.#turn.then(() => this.#keep(value, title, say));
  }

  async #keep(value: Automation, title: string, say: boolean): Promise<void> {
    this.saving = true;
    try {
      await this.#changed(value, title, say);
      this.problem = null;
      if (this.#draft === value) this.#draft = null;
    } catch (error) {
      // What was typed stays on the cards; the form says what is missing.
      if (error instanceof Problem && error.status < 500 && error.status !== 409) this.problem = this.#draft === value ? error : this.problem;
      else toasts.problem(error);
    } finally {
      this.saving = false;
    }
  }

  /** On top of the app as it is now: when others changed it meanwhile, theirs is read first. */
  async #changed(value: Automation, title: string, say: boolean, triesLeft = TRIES_MAX): Promise<void> {
    const told = this.told;
    if (!told) return;
    // Whether it is on, its name and description may have changed elsewhere: those have controls of their own.
    const whole = { ...value, name: told.name, on: told.on };
    try {
      await this.app.change(title, [{ do: "alter", part: "automation", id: this.id, value: whole as unknown as Record<string, unknown> }], { say });
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 409 || triesLeft <= 1) throw error;
      await this.app.refresh();
      await this.#changed(value, title, say, triesLeft - 1);
    }
  }
}


