/** Tables whose rows live elsewhere: what the API tells of them. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Place = Schemas["Place"];
export type Places = Schemas["Places"];
export type Sync = Schemas["Sync"];
export type Syncs = Schemas["Syncs"];
export type Source = Schemas["Source"];
export type SourceState = Schemas["SourceState"];
export type Preview = Schemas["Preview"];
export type Conflicts = Schemas["SourceConflicts"];

/** How often, as people choose it; anything else is written in the table's own settings. */
export const EVERY: { cron: string; label: string }[] = [
  { cron: "", label: "Only when asked" },
  { cron: "*/15 * * * *", label: "Every 15 minutes" },
  { cron: "0 * * * *", label: "Every hour" },
  { cron: "0 6 * * *", label: "Every day at 6:00" },
  { cron: "0 6 * * 1", label: "Every Monday at 6:00" },
];
