/** Answers while they are given: as typed, with what is wrong; kept over a reload, let go of once sent. */
import { api, Problem } from "../../lib/api";
import type { AppState } from "../../lib/app.svelte";
import { isEmpty } from "../../lib/format";
import type { Row, Value, Values } from "../../lib/shapes";
import { toasts } from "../../lib/toasts.svelte";
import { undo } from "../../lib/undo.svelte";
import { emptyOf, read } from "../../lib/values/parse";
import { workspace } from "../../lib/workspace.svelte";
import { tablePath } from "../asking";
import type { Question } from "./questions";

/** Kinds that are typed as one line or several and read when sent. */
const TYPED = new Set(["text", "long_text", "number", "money", "percent", "duration", "email", "phone", "url"]);
export const isTyped = (kind: string): boolean => TYPED.has(kind);

export class Answers {
  values = $state<Values>({});
  typed = $state<Record<string, string>>({});
  problems = $state<Record<string, string>>({});
  /** What is wrong with the whole, when no question is to blame. */
  general = $state("");
  sending = $state(false);
  sent = $state.raw<Row | null>(null);
  #place: string;

  constructor(app: string, form: string) {
    this.#place = `sayso.form.${app}.${form}`;
    try {
      const kept = JSON.parse(sessionStorage.getItem(this.#place) ?? "{}");
      this.values = kept.values ?? {};
      this.typed = kept.typed ?? {};
    } catch {
      // nothing was kept
    }
  }

  set(question: Question, value: Value): void {
    this.values[question.field.id] = value;
    this.#touched(question);
  }

  type(question: Question, text: string): void {
    this.typed[question.field.id] = text;
    this.#touched(question);
  }

  get begun(): boolean {
    return Object.values(this.typed).some(Boolean) || Object.values(this.values).some((value) => !isEmpty(value) && value !== false);
  }

  clear(): void {
    this.values = {};
    this.typed = {};
    this.problems = {};
    this.general = "";
    this.sent = null;
    this.#keep();
  }

  /** Adds the row; answers whether it is in. */
  async send(app: AppState, table: string, questions: Question[]): Promise<boolean> {
    const values = this.#read(questions);
    if (!values || this.sending) return false;
    this.sending = true;
    try {
      const { rows } = await api.post<{ rows: Row[] }>(`${tablePath(app, table)}/rows`, { values });
      this.clear();
      this.sent = rows[0] ?? null;
      void undo.read(app.id);
      return true;
    } catch (error) {
      this.#refused(error, questions);
      return false;
    } finally {
      this.sending = false;
    }
  }

  /** The values as the API takes them; null when something is missing or cannot be read. */
  #read(questions: Question[]): Values | null {
    const values: Values = {};
    const problems: Record<string, string> = {};
    for (const { field, label, required } of questions) {
      const { id } = field;
      let value = this.values[id] ?? emptyOf(field);
      if (isTyped(field.kind)) {
        const got = read(field, this.typed[id] ?? "", { members: workspace.members, today: new Date() });
        if ("problem" in got) problems[id] = got.problem;
        else value = got.value;
      }
      if (required && !problems[id] && (isEmpty(value) || value === false)) problems[id] = field.kind === "checkbox" ? `“${label}” has to be ticked` : "This is needed";
      if (!isEmpty(value)) values[id] = value;
    }
    this.problems = problems;
    this.general = "";
    return Object.keys(problems).length ? null : values;
  }

  #refused(error: unknown, questions: Question[]): void {
    if (!(error instanceof Problem) || (error.status !== 422 && error.status !== 400)) return toasts.problem(error);
    const problems: Record<string, string> = {};
    for (const one of error.problems) {
      const found = questions.find(({ field }) => one.path.split("/").includes(field.id));
      if (found) problems[found.field.id] = one.reason;
    }
    this.problems = problems;
    if (!Object.keys(problems).length) this.general = error.problems[0]?.reason ?? error.message;
  }

  #touched(question: Question): void {
    delete this.problems[question.field.id];
    this.#keep();
  }

  #keep(): void {
    try {
      if (this.begun) sessionStorage.setItem(this.#place, JSON.stringify({ values: this.values, typed: this.typed }));
      else sessionStorage.removeItem(this.#place);
    } catch {
      // storage is off: answers last as long as the page
    }
  }
}
