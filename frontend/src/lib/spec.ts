/** What an app is, as the API sends it: parts leave out what is at its default. Made from the Python classes (schema.d.ts). */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type App = Schemas["App"];
export type Table = Schemas["Table"];
export type Field = NonNullable<Table["fields"]>[number];
export type FieldKind = Field["kind"];
export type FieldOf<K extends FieldKind> = Extract<Field, { kind: K }>;
export type Option = Schemas["Option"];
export type Hue = NonNullable<Option["hue"]>;

export type View = NonNullable<App["views"]>[number];
export type ViewKind = View["kind"];
export type Grid = Schemas["Grid"];
export type Board = Schemas["Board"];
export type Calendar = Schemas["Calendar"];
export type Gallery = Schemas["Gallery"];
export type Timeline = Schemas["Timeline"];
export type Chart = Schemas["Chart"];
export type Form = Schemas["Form"];
export type Dashboard = Schemas["Dashboard"];
export type Tile = NonNullable<Dashboard["tiles"]>[number];
/** The views that show rows of one table. */
export type RowsView = Exclude<View, Form | Dashboard>;

export type Filter = Schemas["Filter"];
export type Condition = Schemas["Condition"];
export type Op = Condition["op"];
export type Sort = Schemas["Sort"];
export type Grouping = Schemas["Grouping"];
export type Summary = NonNullable<Schemas["Measure"]["summary"]>;

export type Automation = NonNullable<App["automations"]>[number];
export type Trigger = Automation["trigger"];
export type Step = NonNullable<Automation["steps"]>[number];
export type Coworker = Schemas["Coworker"];
export type Slot = Schemas["Slot"];
export type Role = Schemas["Role"];

export type PartKind = "app" | "table" | "field" | "view" | "automation" | "coworker" | "slot" | "role";
export type AnyPart = Table | Field | View | Automation | Coworker | Slot | Role;

/** One step of a change; `table` only for fields, `id` for all but "add". */
export type ChangeStep =
  | { do: "add"; part: PartKind; table?: string; value: AnyPart; at?: number | null }
  | { do: "alter"; part: PartKind; table?: string; id: string; value: Record<string, unknown> }
  | { do: "rename"; part: PartKind; table?: string; id: string; name: string }
  | { do: "move"; part: PartKind; table?: string; id: string; to: number }
  | { do: "remove"; part: PartKind; table?: string; id: string };

export interface Change {
  title: string;
  steps: ChangeStep[];
}

/** A fresh id for a name, the same way as the server makes one. */
export function idFrom(name: string, taken: Iterable<string>): string {
  const used = new Set(taken);
  const words = name.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  let stem = words.join("_").slice(0, 48).replace(/^_+|_+$/g, "") || "x";
  if (!/^[a-z]/.test(stem)) stem = `n_${stem}`;
  let fresh = stem;
  for (let n = 2; used.has(fresh); n++) fresh = `${stem}_${n}`;
  return fresh;
}

/** The field that a row of this table is called by. */
export function titleField(table: Table): Field | undefined {
  return table.fields?.find((field) => field.id === table.title) ?? table.fields?.[0];
}

/** The fields of a view in its order, without the hidden ones. */
export function shownFields(table: Table, view: { hidden?: string[]; order?: string[] }): Field[] {
  const place = new Map((view.order ?? []).map((id, n) => [id, n]));
  const hidden = new Set(view.hidden ?? []);
  return (table.fields ?? [])
    .filter((field) => !hidden.has(field.id))
    .map((field, n) => ({ field, at: place.get(field.id) ?? 1_000 + n }))
    .sort((a, b) => a.at - b.at)
    .map(({ field }) => field);
}

export const WRITABLE_NOT: ReadonlySet<FieldKind> = new Set<FieldKind>([
  "lookup", "rollup", "formula", "autonumber", "created_at", "updated_at", "created_by", "updated_by",
]);

export function isWritable(field: Field): boolean {
  return !WRITABLE_NOT.has(field.kind);
}
