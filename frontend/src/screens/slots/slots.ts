/** Where models are plugged in, as the API tells it; and how one says who chose them. */
import type { SLOTS } from "../../lib/gateway";
import type { IconName } from "../../lib/icons";
import type { components } from "../../lib/schema";

type Schemas = components["schemas"];

export type ShownSlot = Schemas["ShownSlot"];
export type SlotPlug = Schemas["SlotPlug"];
export type SlotUse = Schemas["SlotUse"];
export type SlotPreview = Schemas["SlotPreview"];

export const SLOT_ICONS: Record<keyof typeof SLOTS, IconName> = { text: "text", vision: "eye", image: "image", embedding: "waypoints" };

/** `gpt-6-luna` of `openai`; our own carry their provider in the name. */
export const plugName = (plug: SlotPlug): string => (plug.answers === null ? "No model" : plug.provider === "sayso" || plug.provider === null ? plug.answers : `${plug.provider}/${plug.answers}`);
export const isBuiltIn = (plug: SlotPlug): boolean => plug.provider === "sayso" || plug.provider === "local";

export function whereWords(plug: SlotPlug, workspace: boolean): string {
  if (plug.answers === null) return "nothing is plugged in";
  switch (plug.where) {
    case "app": return "chosen for this app";
    case "workspace": return workspace ? "chosen for the workspace" : "as the workspace chose";
    case "built_in": return "built in, as nobody has chosen";
  }
}

/** Where a part that uses a slot is changed or seen. */
export function useAddress(use: SlotUse): string {
  const [kind, id] = use.path.split("/"), app = encodeURIComponent(use.app), part = encodeURIComponent(id ?? "");
  if (kind === "tables") return `/a/${app}/tables/${part}`;
  return kind === "automations" || kind === "coworkers" ? `/a/${app}/${kind}/${part}` : `/a/${app}`;
}
