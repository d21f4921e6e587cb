/** What a card says: its title and the line under it, as words and names. */
import { bareLabel, piecesOf, type Piece } from "../../lib/automations/offers";
import { triggerTable } from "../../lib/automations/scope";
import type { App, Step, Trigger } from "../../lib/spec";
import { stepText, triggerText } from "../app/sentences";

export type Bit = { text: string } | { chip: string };
export const firstUp = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export const bits = (text: string): Bit[] => piecesOf(text).map((piece: Piece) => ("text" in piece ? piece : { chip: bareLabel(piece.name) }));
export const flat = (text: string): string => piecesOf(text).map((piece) => ("text" in piece ? piece.text : bareLabel(piece.name))).join("");

/** The title of a step: its own name, or what it does. */
export function titleOf(spec: App, step: Step): string {
  if (step.name) return step.name;
  return firstUp(step.kind === "for_each" ? (step.over ? `each of ${step.over}` : "each row that was found") : stepText(spec, step));
}
export const triggerTitle = (spec: App, trigger: Trigger): string => triggerText(spec, trigger).replace(/^When /, "").replace(/^./, (one) => one.toUpperCase());

const LENGTH_MAX = 150;
const cut = (text: string): string => (text.length > LENGTH_MAX ? `${text.slice(0, LENGTH_MAX).replace(/\{[^{}]*$/, "").trimEnd()} …` : text);

/** The line under the title: what a model is asked, what is written, which values are set. */
export function detailOf(spec: App, step: Step): string {
  const does = step.name ? stepText(spec, step) : "";
  switch (step.kind) {
    case "ai": return cut(step.prompt ?? "");
    case "ask_coworker": return cut(step.ask ?? "");
    case "approval": return cut(step.question ?? "");
    case "send_email": return cut(step.name ? `To ${step.to || "someone"}${step.subject ? `: ${step.subject}` : ""}` : (step.body ?? ""));
    case "send_message": return cut(step.body ?? "");
    case "notify": return step.name ? cut(step.body ?? "") : "";
    case "http_request": return step.name ? `${step.method ?? "POST"} ${step.url ?? ""}` : "";
    case "sql": return cut(step.query ?? "");
    case "for_each": case "branch": case "switch": return "";
    default: return does ? cut(firstUp(does)) : "";
  }
}

export function triggerDetail(spec: App, trigger: Trigger): string {
  const table = spec.tables?.find((one) => one.id === triggerTable(spec, trigger))?.name;
  if (trigger.kind === "form_submitted") return table ? `Each answer makes one row in {${table}}` : "";
  if (trigger.kind === "schedule") return [trigger.words && `“${trigger.words}”`, trigger.zone && `time of ${trigger.zone.replaceAll("_", " ")}`].filter(Boolean).join(", ");
  if ("many" in trigger && trigger.many === "together") return "One run for all rows that change at once";
  if (trigger.kind === "button") return table ? `On the rows of {${table}}` : "";
  return "";
}
