/** The gateway's answers by name, and its figures as people read them. */
import { numberText } from "./format";
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Kind = Schemas["ProviderKind"];
export type Provider = Omit<Schemas["Provider"], "models"> & { models: { id: string; owned_by?: string; context_length?: number }[] };
export interface Price {
  [key: string]: string | undefined;
  input_mtok?: string;
  output_mtok?: string;
}
export interface Target {
  provider?: string;
  model: string;
  price?: Record<string, string | number> | null;
}
export interface AliasSettings {
  retries?: number;
  cache_seconds?: number;
  note?: string;
}
export type Alias = Omit<Schemas["Alias"], "targets" | "settings"> & { targets: Target[]; settings: AliasSettings };
export type Key = Schemas["GatewayKey"] & { secret?: string };
export type Budget = Schemas["Budget"];
export type Call = Schemas["GatewayCall"];
export type WholeCall = Schemas["WholeCall"];
export type Settings = Schemas["GatewaySettings"];
export interface UsageGroup {
  of: Record<string, string | null>;
  calls: number;
  failed: number;
  unpriced: number;
  tokens: Record<string, number>;
  cost: string;
  mean_ms: number;
}
export interface Usage {
  items: UsageGroup[];
  total: UsageGroup;
  since: string;
  until: string;
}

/** A model as pickers know it. `says` is what one of our own says of itself; `price` is null when nobody has published one, empty when it is free. */
export interface Callable {
  id: string;
  owned_by: string;
  upstream: { provider: string; kind: string; model: string };
  price: Price | null;
  local: boolean;
  slot?: string | null;
  says?: string;
  endpoints?: string[];
  fallbacks?: string[];
}

/** What the directory knows of a model, as far as these pages ask. */
export interface Known {
  id: string;
  name: string;
  type: string;
  snapshots: { id: string; current: unknown }[];
  lifecycle: { status: string; label: string; sentence: string; days_left: number | null; replacement_name: string | null; successor: string | null; replacement: { value: string } | null };
}

/** Dollars without a figure lost: `$0.000123`, `$14.20`. The server's text is exact, and stays so. */
export function exactDollars(amount: string | null | undefined): string {
  if (amount === null || amount === undefined) return "not priced";
  const [whole, part = ""] = amount.split(".");
  const grouped = numberText(Number(whole));
  return `$${grouped}.${part.padEnd(2, "0")}`;
}

/** Dollars for sums: cents, and more where there would be nothing to see. */
export function dollars(amount: string | number): string {
  const value = Number(amount);
  const digits = value !== 0 && Math.abs(value) < 0.01 ? 4 : 2;
  if (value > 0 && value < 0.0001) return "under $0.0001";
  return numberText(value, { style: "currency", currency: "USD", currencyDisplay: "narrowSymbol", minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** `0.8 s`, `42 ms`: as exact as anybody asks. */
export function timeText(ms: number): string {
  return ms < 100 ? `${numberText(Math.round(ms))} ms` : `${numberText(ms / 1000, { minimumFractionDigits: ms < 10_000 ? 2 : 1, maximumFractionDigits: ms < 10_000 ? 2 : 1 })} s`;
}

/** `$0.15 in, $0.60 out` for a million tokens; what is free or unknown says so. */
export function priceText(price: Price | null): string {
  if (price === null) return "price not published";
  const said = [price.input_mtok && `$${plain(price.input_mtok)} in`, price.output_mtok && `$${plain(price.output_mtok)} out`].filter(Boolean);
  return said.length ? said.join(", ") : "free";
}

const plain = (amount: string): string => (amount.includes(".") ? amount.replace(/0+$/, "").replace(/\.$/, "") : amount);

export const SLOTS = { text: "Text", vision: "Pictures read", image: "Pictures made", embedding: "Meanings (embeddings)" } as const;

export const ENDPOINTS: Record<string, string> = {
  "chat/completions": "Chat", completions: "Completion", responses: "Response", embeddings: "Embedding", "images/generations": "Picture", "images/edits": "Edited picture",
  "audio/speech": "Speech", "audio/transcriptions": "Transcription", "audio/translations": "Translation", moderations: "Moderation", realtime: "Realtime",
};

/** Where the public directory shows a model. */
export const inDirectory = (id: string): string => `/models/${id.split("/").map(encodeURIComponent).join("/")}`;
