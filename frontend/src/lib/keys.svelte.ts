/** Shortcuts: what is on right now, for the keyboard, for ⌘/ and for the palette. `mod` is ⌘ on a Mac, Ctrl elsewhere. */
import { untrack } from "svelte";

export interface Shortcut {
  /** `mod+k`, `shift+mod+z`, `?`, `g h` (two keys, one after the other). */
  keys: string;
  words: string;
  group: string;
  act: (event: KeyboardEvent) => void;
  /** Also while someone types: those with `mod`, unless said otherwise (⌘Z in a text is the text's). */
  typing: boolean;
  /** Heard by somebody else, such as the grid while it has the keyboard; here it is only listed. */
  told?: boolean;
}

export const isMac = /Mac|iP(hone|ad)/.test(navigator.platform);
const SECOND_KEY_MS = 1_200;

const SIGNS: Record<string, string> = isMac
  ? { mod: "⌘", shift: "⇧", alt: "⌥", ctrl: "⌃" }
  : { mod: "Ctrl", shift: "Shift", alt: "Alt", ctrl: "Ctrl" };
const NAMES: Record<string, string> = {
  enter: "↵", escape: "Esc", backspace: "⌫", arrowup: "↑", arrowdown: "↓", arrowleft: "←", arrowright: "→", space: "Space", " ": "Space",
};

/** `mod+enter` as people write it: ⌘↵ or Ctrl ↵. */
export function keyText(keys: string): string {
  return keys
    .split(" ")
    .map((combo) => combo.split("+").map((key) => SIGNS[key] ?? NAMES[key] ?? key.toUpperCase()).join(isMac ? "" : " "))
    .join(" then ");
}

export function comboOf(event: KeyboardEvent): string {
  const mod = isMac ? event.metaKey : event.ctrlKey;
  const pieces = [event.shiftKey && event.key.length > 1 ? "shift" : event.shiftKey && mod ? "shift" : "", mod ? "mod" : "", event.altKey ? "alt" : ""];
  const key = event.key === " " ? "space" : event.key.toLowerCase();
  return [...pieces.filter(Boolean), key].join("+");
}

export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName)) &&
    !/^(checkbox|radio|button|submit)$/.test((target as HTMLInputElement).type ?? "");
}

class Keys {
  all = $state.raw<Shortcut[]>([]);
  #first = "";
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Switches a shortcut on; the answer switches it off. The latest one wins. */
  on(keys: string, words: string, act: Shortcut["act"], { group = "Everywhere", typing = keys.includes("mod") } = {}): () => void {
    const shortcut: Shortcut = { keys, words, group, act, typing };
    // An effect that switches a shortcut on does not depend on the others.
    this.all = [...untrack(() => this.all), shortcut];
    return () => {
      this.all = untrack(() => this.all).filter((one) => one !== shortcut);
    };
  }

  /** Lists keys that something else listens to; the answer takes them off the list. */
  tell(group: string, list: readonly (readonly [keys: string, words: string])[]): () => void {
    const told = list.map(([keys, words]): Shortcut => ({ keys, words, group, act: () => undefined, typing: false, told: true }));
    this.all = [...untrack(() => this.all), ...told];
    return () => {
      this.all = untrack(() => this.all).filter((one) => !told.includes(one));
    };
  }

  start(): () => void {
    const press = (event: KeyboardEvent) => this.#press(event);
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }

  #press(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing) return;
    const combo = comboOf(event);
    const typing = isTyping(event.target);
    if (document.querySelector("dialog:modal")) return;
    const whole = this.#first ? `${this.#first} ${combo}` : combo;
    this.#first = "";
    const hit = this.all.findLast((one) => !one.told && one.keys === whole && (one.typing || !typing));
    if (hit) {
      event.preventDefault();
      hit.act(event);
    } else if (!typing && this.all.some((one) => !one.told && one.keys.startsWith(`${combo} `))) {
      this.#first = combo;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => (this.#first = ""), SECOND_KEY_MS);
    }
  }
}

export const keys = new Keys();
