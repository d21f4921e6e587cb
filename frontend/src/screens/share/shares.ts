/** What is public: its shapes, and the words for its states. */
import type { components } from "../../lib/schema";

type Schemas = components["schemas"];
export type PublicShare = Schemas["SharedLink"];
export type Exposure = Schemas["Exposure"];
export type NewShare = Schemas["NewShare"];
export type FormRules = NonNullable<PublicShare["form"]>;
export type RowRules = NonNullable<PublicShare["rows"]>;
export type FileKind = "image" | "pdf" | "document" | "any";

export const STATES: Record<PublicShare["state"], { words: string; tone: "good" | "warn" | "bad" | "" }> = {
  open: { words: "Public", tone: "good" },
  closed: { words: "Closed", tone: "" },
  full: { words: "Has all answers", tone: "" },
  expired: { words: "Over", tone: "" },
  stopped: { words: "Stopped by itself", tone: "bad" },
  held: { words: "Shows nothing", tone: "warn" },
};

export const FILE_KINDS: { id: FileKind; label: string }[] = [
  { id: "any", label: "Any file" },
  { id: "image", label: "Pictures" },
  { id: "pdf", label: "PDF" },
  { id: "document", label: "Documents" },
];

/** How something public is guarded, as one edits it. */
export interface Guard {
  name: string;
  title: string;
  password: string;
  expires: string;
  origins: string;
  form: FormRules;
  rows: RowRules;
}

export function guardOf(share?: PublicShare): Guard {
  return {
    name: share?.name ?? "",
    title: share?.title ?? "",
    password: "",
    expires: localOf(share?.expires_at),
    origins: (share?.origins ?? []).join("\n"),
    form: share?.form ?? { closes_at: null, answers_max: null, once: false, thanks: "", redirect: "", files: { kinds: ["any"], mb_max: 25, count_max: 10 } },
    rows: share?.rows ?? { search: true, sort: true, download: false, rows_max: 1000 },
  };
}

/** What a request holds of it. A password that was left empty is not told. */
export function told(guard: Guard, kind: "form" | "view"): Omit<NewShare, "view" | "fingerprint"> {
  const origins = guard.origins.split(/[\s,]+/).filter(Boolean);
  const common = { name: guard.name.trim(), title: guard.title.trim(), expires_at: isoOf(guard.expires), origins, ...(guard.password ? { password: guard.password } : {}) };
  return (kind === "form" ? { ...common, form: guard.form } : { ...common, rows: guard.rows }) as Omit<NewShare, "view" | "fingerprint">;
}

/** For an `<input type="datetime-local">`, in the clock of whoever looks. */
export function localOf(at: string | null | undefined): string {
  if (!at) return "";
  const moment = new Date(at);
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
export const isoOf = (local: string): string | null => (local ? new Date(local).toISOString() : null);
