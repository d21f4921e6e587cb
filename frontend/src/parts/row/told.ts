/** What history and comments hold. */
import type { Items, Value } from "../../lib/shapes";

export interface Happened {
  id: number;
  version: number;
  kind: "created" | "changed" | "trashed" | "restored" | "moved" | "imported";
  by: string | null;
  by_name: string;
  at: string;
  changes: { field: string; name: string; before: Value; after: Value }[];
}
export interface Said {
  id: number;
  text: string;
  by: string | null;
  by_name: string;
  at: string;
  mine: boolean;
}
export type History = Items<Happened>;
export type Comments = Items<Said>;

/** `Today 09:41`, `Friday 16:02`, `3 Nov 09:41`. */
export function sinceText(iso: string, now = new Date()): string {
  const at = new Date(iso), midnight = (d: Date) => new Date(d.getFullYear(), d.getMonth(), d.getDate()).getTime();
  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" }).format(at);
  const days = Math.round((midnight(now) - midnight(at)) / 86_400_000);
  if (days === 0) return `Today ${clock}`;
  if (days === 1) return `Yesterday ${clock}`;
  if (days > 1 && days < 7) return `${new Intl.DateTimeFormat("en-GB", { weekday: "long" }).format(at)} ${clock}`;
  const year = at.getFullYear() === now.getFullYear() ? undefined : "numeric";
  return `${new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year }).format(at)} ${clock}`;
}
