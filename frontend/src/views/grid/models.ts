/** Which model fills which field of a table: told beside the field's name. */
import { api, path } from "../../lib/api";
import { modelName, partOf } from "../../lib/provenance";
import type { Items } from "../../lib/shapes";
import type { ShownSlot } from "../../screens/slots/slots";

export async function modelsOf(app: string, table: string): Promise<Record<string, string>> {
  const { items } = await api.get<Items<ShownSlot>>(path`/api/apps/${app}/slots`);
  const start = partOf(table, "");
  return Object.fromEntries(items.flatMap((slot) => (slot.plug.answers ? slot.uses.filter((use) => use.path.startsWith(start)).map((use) => [use.path.slice(start.length), modelName(slot.plug.answers)]) : [])));
}
