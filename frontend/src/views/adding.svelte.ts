/** A row that is about to be added: what it cannot be without is asked first. */
import { isEmpty } from "../lib/format";
import type { Value, Values } from "../lib/shapes";
import { type Field, type Table, isWritable } from "../lib/spec";

export class Adding {
  now = $state.raw<{ values: Values; missing: Field[]; make: (values: Values) => void } | null>(null);

  begin(table: Table, values: Values, make: (values: Values) => void): void {
    const missing = (table.fields ?? []).filter(
      (field) => field.required && isWritable(field) && field.kind !== "checkbox" && isEmpty(values[field.id]) && isEmpty((field as { default?: Value }).default),
    );
    if (missing.length) this.now = { values, missing, make };
    else make(values);
  }
}
