/** What a model is asked for a field: tasks, and prompts as text with fields in it. Pure. */
import type { Fill, Task } from "./ai";
import { SLOTS } from "./gateway";
import type { App, Field, FieldKind, Table } from "./spec";

const FILLABLE: ReadonlySet<FieldKind> = new Set<FieldKind>([
  "text", "long_text", "email", "phone", "url", "number", "money", "percent", "rating", "duration", "date", "datetime", "checkbox", "select",
  "multi_select", "link", "image",
]);
export const isFillable = (field: Field): boolean => FILLABLE.has(field.kind);

/** The same field with another fill. At the top level for the kind `ai`, which always has one. */
export function withFill(field: Field, fill: Fill | null): Field {
  if (field.kind === "ai") {
    const { picture: _, ...rest } = fill ?? {};
    return { ...field, ...rest };
  }
  const { fill: _, ...rest } = field;
  return (fill ? { ...rest, fill, required: undefined } : rest) as Field;
}

export const TASKS: Record<Task, { label: string; hint: string }> = {
  generate: { label: "Write", hint: "Write the next step for " },
  summarise: { label: "Summarise", hint: "Summarise in one line: " },
  classify: { label: "Sort into kinds", hint: "What kind of request is this? " },
  extract: { label: "Read something out of it", hint: "The total of the invoice in " },
  translate: { label: "Translate", hint: "Translate " },
  draft_reply: { label: "Draft a reply", hint: "Answer kindly and in short: " },
  describe_image: { label: "Describe a picture", hint: "Describe what is seen in " },
  image: { label: "Make a picture", hint: "A calm product photo of " },
  edit_image: { label: "Change a picture", hint: "Put the product before a plain grey wall" },
};
export const makesPictures = (task: Task | undefined): boolean => task === "image" || task === "edit_image";

/** What a model can be asked for a field of this kind. */
export function tasksOf(kind: FieldKind): Task[] {
  if (kind === "image") return ["image", "edit_image"];
  if (kind === "text" || kind === "long_text" || kind === "ai") return ["generate", "summarise", "classify", "extract", "translate", "draft_reply", "describe_image"];
  return kind === "select" || kind === "multi_select" || kind === "checkbox" || kind === "rating" || kind === "link" ? ["classify", "extract", "generate"] : ["extract", "generate"];
}

export const slotName = (spec: App, id: string): string => spec.slots?.find((slot) => slot.id === id)?.name ?? (SLOTS as Record<string, string>)[id] ?? id;

export type PromptPiece = { text: string } | { field: string; of?: string };

const BRACES = /\{([^{}]+)\}(?:\.\{([^{}]+)\})?/g;

/** `Next step for {Name}` as text and the fields it names; `{Client}.{City}` names a field behind a link. */
export function promptPieces(prompt: string): PromptPiece[] {
  const pieces: PromptPiece[] = [];
  let from = 0;
  for (const found of prompt.matchAll(BRACES)) {
    if (found.index > from) pieces.push({ text: prompt.slice(from, found.index) });
    pieces.push(found[2] ? { field: found[1]!, of: found[2] } : { field: found[1]! });
    from = found.index + found[0].length;
  }
  if (from < prompt.length) pieces.push({ text: prompt.slice(from) });
  return pieces;
}

export const pieceText = (piece: PromptPiece): string => ("text" in piece ? piece.text : piece.of ? `{${piece.field}}.{${piece.of}}` : `{${piece.field}}`);

/** What a prompt may name: the fields of the table, and one step further through its links. */
export function nameable(spec: App, table: Table, except?: string): { name: string; of?: string; kind: FieldKind }[] {
  const own = (table.fields ?? []).filter((field) => field.id !== except);
  return own.flatMap((field) => [
    { name: field.name, kind: field.kind },
    ...(field.kind === "link" ? (spec.tables?.find((one) => one.id === field.to)?.fields ?? []).filter((one) => one.kind !== "link").map((one) => ({ name: field.name, of: one.name, kind: one.kind })) : []),
  ]);
}

/** The start of a field's name that is being typed before the caret, after `{` or after a `/` that begins a word; null when none is. */
export function naming(before: string): { typed: string; length: number } | null {
  const found = /(?:\{|(?:^|\s)\/)([^{}/\n]{0,40})$/.exec(before);
  return found ? { typed: found[1]!, length: found[1]!.length + 1 } : null;
}

