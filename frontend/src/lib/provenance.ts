/** Who wrote a value, in words. Pure. */
import type { Provenance } from "./ai";
import { numberText } from "./format";
import { dollars } from "./gateway";

export const partOf = (table: string, field: string): string => `tables/${table}/fields/${field}`;

/** What is the case, in a sentence. */
export function stateSentence(told: Provenance): string {
  switch (told.state) {
    case "stale": return told.stale === "prompt" ? "The prompt has changed since this was written." : "What it was made from has changed since.";
    case "by_hand": return `${told.by_name || "Someone"} wrote this by hand. No model writes it over.`;
    case "failed": return told.problem || "The model gave no answer that fits the field.";
    case "review": return told.problem || `The model was ${told.confidence == null ? "not sure" : `${shareText(told.confidence)} sure`}. Have a look.`;
    case "writing": return "A model is writing it now.";
    case "empty": return "No model has written it yet.";
    case "written": return "";
  }
}

export const shareText = (share: number): string => numberText(share, { style: "percent", maximumFractionDigits: 0 });

/** `claude-haiku-5.5` without its provider or its date: what one calls it. */
export function modelName(model: string | null | undefined): string {
  if (!model) return "";
  const last = model.replace(/^slot:/, "").split("/").at(-1)!;
  return last.replace(/[-@]\d{4}-?\d{2}-?\d{2}$/, "");
}

export const costText = (cost: string | null | undefined): string => (cost === null || cost === undefined ? "not priced" : Number(cost) === 0 ? "free" : dollars(cost));
