/** What may be named in the texts of a step: picked from a list, shown as chips, kept as names in braces. */
import type { IconName } from "../icons";
import { FIELD_KINDS } from "../kinds";
import type { Offered } from "./shapes";
import { nameable } from "../prompts";
import type { App, Automation, FieldKind } from "../spec";
import { rowTable, tableNamed } from "./scope";
import { every } from "./tree";

export interface Offer {
  /** As it stands in the text: `{Client}.{Name}`, `{ask: answer}`. */
  text: string;
  label: string;
  icon: IconName;
  /** Where it comes from: "Read the brief", "The row". */
  from?: string;
}

/** As the server tells them. */
export type Named = Pick<Offered, "text" | "label" | "kind" | "from_step"> & Partial<Offered>;

const KINDS: Record<string, IconName> = { row: "rows-3", rows: "rows-3", list: "list", file: "file", text: "type", number: "hash", checkbox: "square-check", date: "calendar", datetime: "calendar-clock", object: "code", run: "zap", moment: "clock" };
export const iconOf = (kind: string): IconName => FIELD_KINDS[kind as FieldKind]?.icon ?? KINDS[kind] ?? "type";

const ALWAYS: Offer[] = [
  { text: "{today}", label: "Today", icon: "calendar", from: "Always" },
  { text: "{now}", label: "Now", icon: "calendar-clock", from: "Always" },
  { text: "{run: url}", label: "Address of this run", icon: "link", from: "Always" },
  { text: "{app: name}", label: "Name of the app", icon: "layers", from: "Always" },
];

/** What is known without asking: the fields of the row at this place, and what always is. */
export function ownOffers(spec: App, automation: Automation, path: string): Offer[] {
  const table = tableNamed(spec, rowTable(spec, automation, path));
  const fields = table ? nameable(spec, table).map((one) => ({ text: one.of ? `{${one.name}}.{${one.of}}` : `{${one.name}}`, label: one.of ? `${one.name}: ${one.of}` : one.name, icon: FIELD_KINDS[one.kind].icon, from: table.name })) : [];
  return [...fields, ...ALWAYS];
}

/** What the server offers comes first; what is only known here is kept behind it. */
export function merged(told: Named[] | null, own: Offer[], titles: ReadonlyMap<string, string>): Offer[] {
  const server = (told ?? []).map((one): Offer => {
    const from = titles.get(one.from_step ?? "") ?? one.from_label ?? own.find((each) => each.text === one.text)?.from;
    return { text: one.text, label: one.label, icon: iconOf(one.kind), from };
  });
  const texts = new Set(server.map((one) => one.text));
  return [...server, ...own.filter((one) => !texts.has(one.text))];
}

/** How the steps before are called in a list of values, by the name of their outputs. */
export function titlesOf(automation: Automation, title: (path: string) => string): Map<string, string> {
  return new Map(every(automation.steps).map((one) => [one.name, title(one.path)]));
}

export type Piece = { text: string } | { name: string };
const NAMES = /\{[^{}"\n]{1,200}\}(?:\.\{[^{}"\n]{1,200}\})?/g;

/** `Dear {Name}, {ask: answer}` as words and names; braces with quotes in them are somebody's JSON and stay words. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const found of text.matchAll(NAMES)) {
    if (found.index > from) pieces.push({ text: text.slice(from, found.index) });
    pieces.push({ name: found[0] });
    from = found.index + found[0].length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from) });
  return pieces;
}

/** What a name is called where no list is at hand: `{Client}.{Name}` is "Client: Name", `{ask: answer}` "answer". */
export function bareLabel(name: string): string {
  const inner = name.replace(/\}\.\{/g, ": ").replace(/^\{|\}$/g, "").trim();
  const output = /^([a-z][a-z0-9_]*): *(\S.*)$/.exec(inner);
  if (!output || name.includes("}.{")) return inner;
  // The parts of a model's answer are known by their own names.
  const part = output[2]!.replace(/^answers\./, "").replaceAll(".", " › ").replaceAll("_", " ");
  return output[2]!.startsWith("answers.") ? part.charAt(0).toUpperCase() + part.slice(1) : part;
}
