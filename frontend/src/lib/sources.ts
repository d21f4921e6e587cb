/** Tables whose rows live elsewhere: what the API tells of them. */
export interface PlaceColumn {
  name: string;
  type: string;
  kind: string;
  key: boolean;
}
export interface Place {
  what: string;
  name: string;
  kind: "table" | "view" | "sheet" | "database" | "feed" | "files" | "list";
  detail: string;
  rows: number | null;
  key: string[];
  cursors: string[];
  modes: ("synced" | "live")[];
  writable: boolean;
  columns?: PlaceColumn[];
  sample?: Record<string, unknown>[];
  problem?: string | null;
}
export interface Sync {
  id: string;
  state: "waiting" | "running" | "done" | "failed" | "cancelled";
  origin: "first" | "schedule" | "person";
  full: boolean;
  read: number;
  created: number;
  changed: number;
  trashed: number;
  same: number;
  conflicts: number;
  written: number;
  refused: number;
  why: string;
  may_force: boolean;
  examples: { key: string; field: string; reason: string }[];
  by_name: string;
  created_at: string;
  ended_at: string | null;
}
export interface Source {
  connection: string;
  what: string;
  key: string[];
  fields: Record<string, string>;
  mode: "synced" | "live";
  cron?: string | null;
  cursor?: string | null;
  wins?: "source" | "ours" | "newest" | "ask";
  gone?: "trash" | "keep" | "mark";
  writes?: boolean;
}
export interface SourceState {
  source: Source | null;
  connection: { id: string; name: string; kind: string } | null;
  version: number;
  rows: number | null;
  by_name: string;
  next_at: string | null;
  last: Sync | null;
  running: Sync | null;
  conflicts: number;
  problem: string;
  writable: boolean;
}

/** How often, as people choose it; anything else is written in the table's own settings. */
export const EVERY: { cron: string; label: string }[] = [
  { cron: "", label: "Only when asked" },
  { cron: "*/15 * * * *", label: "Every 15 minutes" },
  { cron: "0 * * * *", label: "Every hour" },
  { cron: "0 6 * * *", label: "Every day at 6:00" },
  { cron: "0 6 * * 1", label: "Every Monday at 6:00" },
];
