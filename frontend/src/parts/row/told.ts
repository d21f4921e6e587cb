/** What history and comments hold. */
import type { IconName } from "../../lib/icons";
import type { components } from "../../lib/schema";
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
export type Said = components["schemas"]["Comment"];
export type Reaction = Said["reactions"][number]["reaction"];
export type Audible = components["schemas"]["Audible"];

/** The signs that can stand beside a comment, as they are drawn and as they are called. */
export const REACTIONS: Record<Reaction, { icon: IconName; label: string }> = {
  thumbs_up: { icon: "thumbs-up", label: "Thumbs up" },
  heart: { icon: "heart", label: "Heart" },
  tada: { icon: "party-popper", label: "Hooray" },
  eyes: { icon: "eye", label: "Looking" },
  check: { icon: "check", label: "Done" },
  question: { icon: "circle-help", label: "Question" },
};

/** Comments in threads: a first one and its answers. An answer whose first one is not at hand stands alone. */
export function threads(items: Said[]): { first: Said; answers: Said[] }[] {
  const found = new Map<number, { first: Said; answers: Said[] }>();
  for (const one of items) {
    const thread = one.parent === null ? undefined : found.get(one.parent);
    if (thread) thread.answers.push(one);
    else found.set(one.id, { first: one, answers: [] });
  }
  return [...found.values()];
}
export type History = Items<Happened>;
export type Comments = components["schemas"]["Comments"];

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
