/** What a person asks of one value that a model may write. */
import type { Provenance } from "../../lib/ai";
import { api, path } from "../../lib/api";
import type { AppState } from "../../lib/app.svelte";
import type { Field } from "../../lib/spec";
import { toasts } from "../../lib/toasts.svelte";
import { undo } from "../../lib/undo.svelte";

export const valuePath = (app: string, table: string, row: number, field: string): string => path`/api/apps/${app}/tables/${table}/rows/${row}/ai/${field}`;

/** Has it written again, whoever wrote it; `true` when that was begun. */
export async function again(app: AppState, table: string, row: number, field: Field, model?: string): Promise<boolean> {
  try {
    await api.post(valuePath(app.id, table, row, field.id), model ? { model } : {});
    return true;
  } catch (error) {
    toasts.problem(error);
    return false;
  }
}

/** A person has looked at what the model was not sure of. */
export async function accept(app: AppState, table: string, row: number, field: Field): Promise<boolean> {
  try {
    await api.put<Provenance>(valuePath(app.id, table, row, field.id), {});
    void undo.read(app.id);
    return true;
  } catch (error) {
    toasts.problem(error);
    return false;
  }
}
