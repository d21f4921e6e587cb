/** What a key means in the grid. Names commands only; the grid carries them out. */

export type Command =
  | { do: "move"; rows: number; lanes: number; extend: boolean }
  | { do: "edge"; way: "up" | "down" | "left" | "right"; extend: boolean }
  | { do: "corner"; which: "first" | "last"; extend: boolean }
  | { do: "page"; pages: 1 | -1; extend: boolean }
  | { do: "tab"; back: boolean }
  | { do: "edit" }
  | { do: "type"; text: string }
  | { do: "clear" | "open" | "mark" | "all" | "row" | "lane" | "fill_down" | "fill_right" | "leave" | "add" | "menu" | "trash" | "fold" | "unfold" | "duplicate" }
  | { do: "reorder" | "carry"; by: 1 | -1 };

export interface Pressed {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  isComposing?: boolean;
}

const WAYS = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right" } as const;

export function commandFor(e: Pressed): Command | null {
  const mod = e.ctrlKey || e.metaKey, extend = e.shiftKey;
  if (e.isComposing) return null;
  if (e.key in WAYS) {
    const way = WAYS[e.key as keyof typeof WAYS];
    if (e.altKey && extend && (way === "left" || way === "right")) return { do: "reorder", by: way === "left" ? -1 : 1 };
    if (e.altKey && (way === "left" || way === "right")) return { do: way === "left" ? "fold" : "unfold" };
    if (e.altKey) return { do: "carry", by: way === "up" ? -1 : 1 };
    if (mod) return { do: "edge", way, extend };
    return { do: "move", rows: way === "up" ? -1 : way === "down" ? 1 : 0, lanes: way === "left" ? -1 : way === "right" ? 1 : 0, extend };
  }
  switch (e.key) {
    case "Home": return mod ? { do: "corner", which: "first", extend } : { do: "edge", way: "left", extend };
    case "End": return mod ? { do: "corner", which: "last", extend } : { do: "edge", way: "right", extend };
    case "PageUp": return { do: "page", pages: -1, extend };
    case "PageDown": return { do: "page", pages: 1, extend };
    case "Tab": return mod || e.altKey ? null : { do: "tab", back: e.shiftKey };
    case "Enter": return e.shiftKey ? { do: "add" } : mod ? { do: "open" } : { do: "edit" };
    case "F2": return { do: "edit" };
    case "Escape": return { do: "leave" };
    case "ContextMenu": return { do: "menu" };
    case "F10": return e.shiftKey ? { do: "menu" } : null;
    case "Delete": case "Backspace": return mod ? { do: "trash" } : { do: "clear" };
    case " ":
      if (e.shiftKey) return { do: mod ? "all" : "row" };
      return mod ? { do: "lane" } : { do: "open" };
  }
  if (mod && !e.altKey && !e.shiftKey) {
    switch (e.key.toLowerCase()) {
      case "a": return { do: "all" };
      case "d": return { do: "fill_down" };
      case "r": return { do: "fill_right" };
      case "m": return { do: "mark" };
    }
    return null;
  }
  if (!mod && !e.altKey && e.key.length === 1 && e.key !== "/") return { do: "type", text: e.key };
  return null;
}

/** For the list of keys: what each does, in words. */
export const TOLD: readonly (readonly [string, string])[] = [
  ["enter", "Edit the cell; typing replaces it"], ["space", "Open the row"], ["shift+enter", "New row"], ["backspace", "Clear the cells"], ["mod+backspace", "Move the rows to the trash"],
  ["mod+c", "Copy the cells"], ["mod+v", "Paste from a spreadsheet"], ["mod+d", "Fill down"], ["mod+r", "Fill to the right"], ["mod+a", "Choose everything"],
  ["shift+space", "Choose the row"], ["mod+space", "Choose the field"], ["mod+m", "Mark the rows"], ["mod+arrowdown", "To the last row"], ["alt+arrowdown", "Carry the row down"],
  ["alt+shift+arrowright", "Carry the field to the right"], ["alt+arrowleft", "Fold the group"], ["shift+f10", "The row’s menu"],
];
