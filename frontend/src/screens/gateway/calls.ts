/** A call as the ledger tells it. Pure. */
import type { Call } from "../../lib/gateway";

export type Tone = "good" | "warn" | "bad" | undefined;

const SAID: Record<number, string> = { 400: "Refused", 401: "Not allowed", 402: "Budget spent", 403: "Not allowed", 404: "No such model", 408: "Too slow", 413: "Too long", 429: "Too often", 499: "Caller left", 502: "Provider failed", 503: "Not reached", 504: "Too slow" };

/** One word or two for how a call ended. */
export function stateOf(call: Pick<Call, "status" | "flags" | "error">): { words: string; tone: Tone } {
  if (call.status === 429 && /budget|quota/i.test(call.error ?? "")) return { words: "Budget spent", tone: "warn" };
  if (call.status === 499) return { words: "Caller left", tone: "warn" };
  if (call.status >= 400) return { words: SAID[call.status] ?? "Failed", tone: call.status === 402 || call.status === 429 ? "warn" : "bad" };
  if (call.flags.includes("interrupted")) return { words: "Cut off", tone: "bad" };
  if (call.flags.includes("cached")) return { words: "From cache", tone: "good" };
  return { words: "Done", tone: "good" };
}

export const FLAGS: Record<string, string> = {
  unpriced: "Nobody has published its price, so its cost is not known.",
  estimated: "The provider did not say what it used; the figures are our own count.",
  interrupted: "Sayso stopped in the middle; what is known of it is written down.",
  cached: "The same question was answered before: answered again at no cost.",
};
