/** Accounts with the outside world: what the API tells of them, and what follows from it. */
import { api, path } from "./api";
import { listText } from "./format";
import type { components } from "./schema";
import type { Items } from "./shapes";

type Schemas = components["schemas"];

/** `secret` ones go into `secrets`, all others into `settings`; shown when every field of `when` has one of its values. */
export type FormField = Schemas["ConnectionField"];
export type ConnectionKind = Schemas["ConnectionKind"];
export type Connection = Schemas["Connection"];
export type Use = Required<Connection["use"]>;
export interface ConnectionUse {
  app: string;
  app_name: string;
  kind: "automation" | "table" | "coworker";
  id: string;
  name: string;
  on: boolean;
}

export const readKinds = async () => (await api.get<Items<ConnectionKind>>("/api/connections/kinds")).items;
export const readConnections = async (does?: string) => (await api.get<Items<Connection>>("/api/connections", { does })).items;
export const testConnection = (id: string) => api.post<Connection>(path`/api/connections/${id}/test`);

/** What people look for, in the order in which they look. */
export const GROUPS: { label: string; does: string[] }[] = [
  { label: "E-mail", does: ["email", "inbox"] },
  { label: "Messages", does: ["message"] },
  { label: "Databases", does: ["sql"] },
  { label: "Sheets, lists and files", does: ["table", "rows", "files", "feed", "source"] },
  { label: "Tools for automations and co-workers", does: ["tools", "mcp", "operations", "openapi"] },
  { label: "Any web service", does: ["http"] },
];

/** Each kind once, under the first group that it fits; what fits none comes last. */
export function grouped(kinds: ConnectionKind[]): { label: string; kinds: ConnectionKind[] }[] {
  const left = new Set(kinds);
  const groups = GROUPS.map((group) => {
    const fit = [...left].filter((kind) => kind.does[0] !== undefined && group.does.includes(kind.does[0]));
    fit.forEach((kind) => left.delete(kind));
    return { label: group.label, kinds: fit };
  });
  return [...groups, { label: "More", kinds: [...left] }].filter((group) => group.kinds.length);
}

/** What a form holds while it is filled in: settings and secrets alike, by name. */
export type Typed = Record<string, unknown>;

export function shownFields(fields: FormField[], typed: Typed): FormField[] {
  return fields.filter((field) => Object.entries(field.when ?? {}).every(([name, values]) => values.includes(String(typed[name] ?? fields.find((one) => one.name === name)?.default ?? ""))));
}

export function typedFrom(fields: FormField[], settings: Record<string, unknown> = {}): Typed {
  return Object.fromEntries(fields.filter((field) => !isSecret(field)).map((field) => [field.name, settings[field.name] ?? field.default ?? (field.kind === "switch" ? false : "")]));
}

export const isSecret = (field: FormField) => field.kind === "secret" || Boolean(field.secret);

/** What is sent: settings as they are shown now, and only those secrets that were typed. */
export function toldFrom(fields: FormField[], typed: Typed): { settings: Record<string, unknown>; secrets: Record<string, string> } {
  const settings: Record<string, unknown> = {};
  const secrets: Record<string, string> = {};
  for (const field of shownFields(fields, typed)) {
    const value = typed[field.name];
    if (isSecret(field)) {
      if (typeof value === "string" && value) secrets[field.name] = value;
    } else if (field.kind === "number") settings[field.name] = value === "" || value === null || value === undefined ? null : Number(value);
    else settings[field.name] = typeof value === "string" ? value.trim() : value;
  }
  return { settings, secrets };
}

const ROLES: Record<string, string> = { owner: "owners", builder: "builders", member: "members", viewer: "viewers" };

export function useText({ who, roles = [], members = [] }: Connection["use"], nameOf: (id: string) => string): string {
  if (who === "everybody") return "Everybody here";
  const named = who === "roles" ? roles.map((role) => ROLES[role] ?? role) : members.map(nameOf);
  return named.length ? listText(named).replace(/^./, (letter) => letter.toUpperCase()) : "Only its owner";
}
