/** `{@attach tip("Undo", "mod+z")}`: a word about a thing, on hover and on keyboard focus. Names of icon buttons come from aria-label. */
import type { Attachment } from "svelte/attachments";
import { keyText } from "../lib/keys.svelte";

const WAIT_MS = 450;
let shown: HTMLElement | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;

export function tip(words: string | null | undefined, keys?: string): Attachment<HTMLElement> {
  return (element) => {
    if (!words) return;
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(() => show(element, keys ? `${words}  ${keyText(keys)}` : words), WAIT_MS);
    };
    const focused = () => element.matches(":focus-visible") && soon();
    element.addEventListener("pointerenter", soon);
    element.addEventListener("focus", focused);
    for (const end of ENDS) element.addEventListener(end, hide);
    return () => {
      hide();
      element.removeEventListener("pointerenter", soon);
      element.removeEventListener("focus", focused);
      for (const end of ENDS) element.removeEventListener(end, hide);
    };
  };
}

const ENDS = ["pointerleave", "pointerdown", "blur", "keydown"] as const;

function show(anchor: HTMLElement, words: string): void {
  hide();
  if (!anchor.isConnected) return;
  shown = document.createElement("div");
  shown.className = "tip floating";
  shown.setAttribute("role", "tooltip");
  shown.textContent = words;
  shown.popover = "manual";
  document.body.append(shown);
  shown.showPopover();
  const at = anchor.getBoundingClientRect();
  const own = shown.getBoundingClientRect();
  const above = at.bottom + own.height + 12 > innerHeight;
  shown.style.left = `${Math.max(6, Math.min(at.left + at.width / 2 - own.width / 2, innerWidth - own.width - 6))}px`;
  shown.style.top = `${above ? at.top - own.height - 6 : at.bottom + 6}px`;
}

function hide(): void {
  clearTimeout(timer);
  shown?.remove();
  shown = null;
}
