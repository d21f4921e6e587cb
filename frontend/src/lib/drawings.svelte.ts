/** The drawings of icons. Those of subjects come a moment after the first screen; until then their place is empty. */
import drawings from "virtual:lucide";

const subjects = $state<{ drawings: Record<string, string> | null }>({ drawings: null });
void import("virtual:lucide/subjects").then((module) => (subjects.drawings = module.default), () => (subjects.drawings = {}));

/** The shapes inside a 24 × 24 box. A name that we do not carry (an app may name any) is drawn as layers. */
export function drawing(name: string): string {
  if (Object.hasOwn(drawings, name)) return drawings[name]!;
  return subjects.drawings ? ((Object.hasOwn(subjects.drawings, name) ? subjects.drawings[name] : drawings.layers) ?? "") : "";
}
