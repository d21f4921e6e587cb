/** How this person looks at a board: which columns are folded, what is summed in the heads. Theirs alone, kept in this browser. */
import { HUES } from "../../lib/kinds";
import type { Field, Hue, Table } from "../../lib/spec";
import { SvelteSet } from "svelte/reactivity";
import { type Column, NO_VALUE } from "./columns";

interface Kept {
  folded?: string[];
  /** A field's id; null when nothing is summed, absent for the first amount of the table. */
  sum?: string | null;
}

export const isSummable = (field: Field): boolean => ["money", "number", "duration"].includes(field.kind) || (field.kind === "formula" && (field.shown_as === "money" || field.shown_as === "number"));

export class Ways {
  readonly #folded = new SvelteSet<string>();
  /** The column of rows without a value, opened although nothing is in it. */
  #opened = $state(false);
  #sum = $state<string | null | undefined>(undefined);
  #place: string;

  constructor(app: string, view: string) {
    this.#place = `sayso.board.${app}.${view}`;
    const kept = read(this.#place);
    for (const key of kept.folded ?? []) this.#folded.add(key);
    this.#sum = kept.sum;
  }

  /** The field that the heads add up. */
  sum(table: Table | undefined): Field | undefined {
    const fields = table?.fields?.filter(isSummable) ?? [];
    if (this.#sum === null) return undefined;
    return fields.find((field) => field.id === this.#sum) ?? fields.find((field) => field.kind === "money");
  }

  setSum(field: string | null): void {
    this.#sum = field;
    this.#keep();
  }

  /** Folded by hand; the column of rows without a value folds by itself while it is empty. */
  isFolded(column: Column): boolean {
    return this.#folded.has(column.key) || (column.key === NO_VALUE && column.count === 0 && !this.#opened);
  }

  /** Folds a column, or opens it again. */
  fold(column: Column): void {
    const open = this.isFolded(column);
    if (open) this.#folded.delete(column.key);
    else this.#folded.add(column.key);
    if (column.key === NO_VALUE) this.#opened = open;
    this.#keep();
  }

  /** The first hue that no choice wears yet. */
  nextHue(worn: readonly Hue[]): Hue {
    return HUES.find((hue) => hue !== "gray" && !worn.includes(hue)) ?? HUES[1 + (worn.length % (HUES.length - 1))] ?? "blue";
  }

  #keep(): void {
    try {
      localStorage.setItem(this.#place, JSON.stringify({ folded: [...this.#folded], sum: this.#sum } satisfies Kept));
    } catch {
      // storage is off: it lasts as long as the tab
    }
  }
}

function read(place: string): Kept {
  try {
    return JSON.parse(localStorage.getItem(place) ?? "{}") as Kept;
  } catch {
    return {};
  }
}
