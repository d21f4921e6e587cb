/** What a form asks: its fields in their order, with the words and the duties that the form gives them. */
import type { Field, Form, Table } from "../../lib/spec";
import { isWritable } from "../../lib/spec";

export type FormField = NonNullable<Form["fields"]>[number];

export interface Question {
  field: Field;
  label: string;
  help: string;
  required: boolean;
  /** Its choices are the team's own people and rows: strangers are not asked. */
  inside: boolean;
}

const INSIDE = new Set(["person", "link"]);
export const mayAsk = (field: Field): boolean => isWritable(field);
export const isInside = (field: Field): boolean => INSIDE.has(field.kind);

/** All that can be filled in when the form names none, as the public page does. */
export function questions(form: Form, table: Table): Question[] {
  const asked: FormField[] = form.fields?.length ? form.fields : (table.fields ?? []).map((field) => ({ field: field.id }) as FormField);
  return asked.flatMap((one) => {
    const field = table.fields?.find((each) => each.id === one.field);
    if (!field || !mayAsk(field)) return [];
    return [{ field, label: one.label || field.name, help: one.help || field.description || "", required: one.required || (field.required ?? false), inside: isInside(field) }];
  });
}

/** Fields that could still be asked. */
export function unasked(form: Form, table: Table): Field[] {
  const asked = new Set(questions(form, table).map((one) => one.field.id));
  return (table.fields ?? []).filter((field) => mayAsk(field) && !asked.has(field.id));
}

export function movedTo<T>(all: readonly T[], from: number, to: number): T[] {
  const next = [...all];
  const [one] = next.splice(from, 1);
  if (one !== undefined) next.splice(Math.max(0, Math.min(next.length, to)), 0, one);
  return next;
}
