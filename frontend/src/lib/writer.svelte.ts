/** Edits on their way: shown at once, sent in order, taken back with a mark when the server refuses, and put to the person when
 *  someone else changed the same cell first. */
import { SvelteMap } from "svelte/reactivity";
import { api, Problem } from "./api";
import { outbox } from "./outbox.svelte";
import { toasts } from "./toasts.svelte";
import type { Row, Value, Values } from "./shapes";

export interface Clash {
  id: number;
  field: string;
  yours: Value;
  theirs: Value;
  /** The row as it is on the server. */
  row: Row;
}
interface Kept {
  path: string;
  /** As the server sent it, without edits that are on their way. */
  stored(id: number): Row | undefined;
  replace(row: Row): void;
}

const RETRIES_MAX = 3;
const ROWS_IN_ONE_WRITE_MAX = 500;

export class Writer {
  /** Cells that could not be saved, by `row:field`, and why. */
  readonly marks = new SvelteMap<string, string>();
  clashes = $state.raw<readonly Clash[]>([]);
  sending = $state(0);
  #over = new SvelteMap<number, Values>();
  #known = new Map<number, Row>();
  #queue = new Map<number, Promise<unknown>>();
  #rows: Kept;

  constructor(rows: Kept) {
    this.#rows = rows;
  }

  /** A row with the edits that are still on their way. */
  over(row: Row): Row {
    const values = this.#over.get(row.id);
    return values ? { ...row, values: { ...row.values, ...values } } : row;
  }

  pending(id: number, field: string): boolean {
    return this.#over.get(id)?.[field] !== undefined;
  }

  async write(edits: readonly { id: number; values: Values }[]): Promise<boolean> {
    for (const { id, values } of edits) {
      this.#over.set(id, { ...this.#over.get(id), ...values });
      for (const field of Object.keys(values)) this.marks.delete(`${id}:${field}`);
    }
    this.sending++;
    try {
      const [only] = edits;
      if (edits.length === 1 && only) return await this.#inTurn(only.id, () => this.#one(only.id, only.values));
      for (let n = 0; n < edits.length; n += ROWS_IN_ONE_WRITE_MAX) await this.#many(edits.slice(n, n + ROWS_IN_ONE_WRITE_MAX));
      return true;
    } catch (error) {
      toasts.problem(error);
      return false;
    } finally {
      this.sending--;
    }
  }

  /** The person has chosen between two versions of a cell. */
  async settle(clash: Clash, keep: "yours" | "theirs"): Promise<void> {
    this.clashes = this.clashes.filter((one) => one !== clash);
    if (keep === "yours") await this.write([{ id: clash.id, values: { [clash.field]: clash.yours } }]);
  }

  #inTurn<T>(id: number, act: () => Promise<T>): Promise<T> {
    const before = this.#queue.get(id) ?? Promise.resolve();
    const turn = before.then(act, act);
    const settled = turn.catch(() => undefined).finally(() => {
      if (this.#queue.get(id) === settled) this.#queue.delete(id);
    });
    this.#queue.set(id, settled);
    return turn;
  }

  #base(id: number): Row | undefined {
    const known = this.#known.get(id), shown = this.#rows.stored(id);
    return known && (!shown || known.version > shown.version) ? known : shown;
  }

  async #one(id: number, values: Values): Promise<boolean> {
    let base = this.#base(id) ?? (await api.get<Row>(`${this.#rows.path}/${id}`));
    for (let tries = 0; ; tries++) {
      try {
        const row = await outbox.send<Row>("PATCH", `${this.#rows.path}/${id}`, { values, version: base.version });
        this.#arrived(row, values);
        return true;
      } catch (error) {
        const theirs = error instanceof Problem && error.status === 409 ? (error.theirs as Row | undefined) : undefined;
        if (!theirs) return this.#refused(id, values, error);
        const clashing = Object.keys(values).filter((f) => !same(theirs.values[f], base.values[f]) && !same(theirs.values[f], values[f]));
        if (clashing.length > 0 || tries >= RETRIES_MAX) return this.#clash(id, values, theirs, clashing);
        base = theirs;
      }
    }
  }

  /** Many rows in one request, without versions: the person chose the whole range. */
  async #many(edits: readonly { id: number; values: Values }[]): Promise<void> {
    await Promise.all(edits.map((edit) => this.#queue.get(edit.id)));
    try {
      const answer = await outbox.send<{ rows: Row[] }>("PATCH", this.#rows.path, { rows: edits.map(({ id, values }) => ({ id, values })) });
      const by = new Map(edits.map((edit) => [edit.id, edit.values]));
      for (const row of answer.rows) this.#arrived(row, by.get(row.id) ?? {});
    } catch (error) {
      for (const edit of edits) this.#takeBack(edit.id, edit.values);
      throw error;
    }
  }

  #arrived(row: Row, values: Values): void {
    this.#known.set(row.id, row);
    this.#rows.replace(row);
    this.#takeBack(row.id, values);
  }

  /** Lets go of the edits that are shown over a row, unless a newer one has come since. */
  #takeBack(id: number, values: Values): void {
    const over = { ...this.#over.get(id) };
    for (const [field, value] of Object.entries(values)) if (same(over[field], value)) delete over[field];
    if (Object.keys(over).length) this.#over.set(id, over);
    else this.#over.delete(id);
  }

  #refused(id: number, values: Values, error: unknown): boolean {
    this.#takeBack(id, values);
    if (!(error instanceof Problem) || (error.status !== 422 && error.status !== 400)) throw error;
    const problems = error.problems ?? [];
    for (const field of Object.keys(values)) {
      const found = problems.find((p) => p.path.split("/").includes(field)) ?? (problems.length <= 1 ? problems[0] : undefined);
      if (found || Object.keys(values).length === 1) this.marks.set(`${id}:${field}`, found?.reason ?? error.message);
    }
    toasts.say(problems[0]?.reason ?? error.message, undefined, "bad");
    return false;
  }

  #clash(id: number, values: Values, theirs: Row, fields: string[]): boolean {
    this.#known.set(id, theirs);
    this.#rows.replace(theirs);
    this.#takeBack(id, values);
    const rest = Object.fromEntries(Object.entries(values).filter(([field]) => !fields.includes(field)));
    this.clashes = [...this.clashes, ...fields.map((field) => ({ id, field, yours: values[field] ?? null, theirs: theirs.values[field] ?? null, row: theirs }))];
    if (Object.keys(rest).length) void this.write([{ id, values: rest }]);
    return false;
  }
}

const same = (a: Value | undefined, b: Value | undefined): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
