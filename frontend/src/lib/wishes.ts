/** What this person asked for before, newest first: ↑ in an empty box brings it back. Kept in this browser only. */
const KEY = "sayso.wishes";
const WISHES_MAX = 30;

export function earlierWishes(): string[] {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "[]");
  } catch {
    return [];
  }
}

export function rememberWish(words: string): void {
  if (!words.trim()) return;
  try {
    localStorage.setItem(KEY, JSON.stringify([words, ...earlierWishes().filter((one) => one !== words)].slice(0, WISHES_MAX)));
  } catch {
    // storage is off or full: nothing to recall
  }
}
