/**
 * Steps inside steps, as plain values: found, put in, taken out, moved. A step's path is as the server writes it:
 * `0`, `2/then/1`, `3/steps/0`, `4/cases/1/then/0`; a list's is the same without the last number, and empty for the outermost.
 */
import { idFrom, type Automation, type Step } from "../spec";

export type Steps = Step[];
export interface Inner {
  /** Where the list stands in its step: `then`, `otherwise`, `steps`, `cases/0/then`. */
  place: string;
  steps: Steps;
}
export interface Placed {
  path: string;
  step: Step;
  /** As it is counted on the cards, from 1. */
  number: number;
  /** How later steps name what it gives. */
  name: string;
}

/** The lists of steps inside a step, left to right. */
export function innerOf(step: Step): Inner[] {
  if (step.kind === "branch") return [{ place: "then", steps: step.then ?? [] }, { place: "otherwise", steps: step.otherwise ?? [] }];
  if (step.kind === "switch") return [...(step.cases ?? []).map((one, n) => ({ place: `cases/${n}/then`, steps: one.then ?? [] })), { place: "otherwise", steps: step.otherwise ?? [] }];
  if (step.kind === "for_each") return [{ place: "steps", steps: step.steps ?? [] }];
  return [];
}

export const listOf = (path: string): string => path.split("/").slice(0, -1).join("/");
export const placeOf = (path: string): number => Number(path.split("/").at(-1));
export const pathIn = (list: string, n: number): string => (list ? `${list}/${n}` : String(n));

const SHORT: Record<string, string> = { then: "then", otherwise: "else", steps: "each", cases: "case" };
/** What a step without an id of its own is called, by its place: `s2`, `s3_then_1`, `s4_case_2_then_1`. */
const placeName = (path: string): string => `s${path.split("/").map((piece) => SHORT[piece] ?? String(Number(piece) + 1)).join("_")}`;

/** All steps in the order in which they are read. */
export function every(steps: Steps | undefined): Placed[] {
  const found: Omit<Placed, "name">[] = [];
  const walk = (some: Steps, list: string): void =>
    some.forEach((step, n) => {
      const path = pathIn(list, n);
      found.push({ path, step, number: found.length + 1 });
      for (const inner of innerOf(step)) walk(inner.steps, `${path}/${inner.place}`);
    });
  walk(steps ?? [], "");
  const taken = new Set(found.map(({ step }) => step.id).filter(Boolean));
  return found.map((one) => {
    let name = one.step.id ?? placeName(one.path);
    while (!one.step.id && taken.has(name)) name += "_";
    return { ...one, name };
  });
}

export const at = (steps: Steps | undefined, path: string): Step | undefined => every(steps).find((one) => one.path === path)?.step;

/** The same steps with one of their lists changed. */
export function changed(steps: Steps, list: string, change: (list: Steps) => Steps): Steps {
  if (!list) return change(steps);
  const [n, ...rest] = list.split("/");
  return steps.map((step, place) => (place === Number(n) ? inside(step, rest, change) : step));
}

function inside(step: Step, [place, ...rest]: string[], change: (list: Steps) => Steps): Step {
  if (step.kind === "switch" && place === "cases") {
    const [n, , ...more] = rest;
    return { ...step, cases: (step.cases ?? []).map((one, k) => (k === Number(n) ? { ...one, then: changed(one.then ?? [], more.join("/"), change) } : one)) };
  }
  const own = (step as unknown as Record<string, Steps | undefined>)[place!] ?? [];
  return { ...step, [place!]: changed(own, rest.join("/"), change) } as Step;
}

export const inserted = (steps: Steps, list: string, n: number, step: Step): Steps => changed(steps, list, (some) => [...some.slice(0, n), step, ...some.slice(n)]);
export const replaced = (steps: Steps, path: string, step: Step): Steps => changed(steps, listOf(path), (some) => some.map((one, n) => (n === placeOf(path) ? step : one)));
export const removed = (steps: Steps, path: string): Steps => changed(steps, listOf(path), (some) => some.filter((_, n) => n !== placeOf(path)));

/** Up or down among its neighbours; the same steps when it stands at the end already. */
export function moved(steps: Steps, path: string, by: 1 | -1): Steps {
  const from = placeOf(path), to = from + by;
  return changed(steps, listOf(path), (some) => {
    if (to < 0 || to >= some.length) return some;
    const next = [...some];
    [next[from], next[to]] = [next[to]!, next[from]!];
    return next;
  });
}

export function countIn(steps: Steps, list: string): number {
  let n = 0;
  changed(steps, list, (some) => ((n = some.length), some));
  return n;
}

/** Every step with an id, so that what names its outputs still does when it moves. Those without keep the name of their place. */
export function withIds(automation: Automation): Automation {
  const names = new Map(every(automation.steps).map((one) => [one.path, one.name]));
  return { ...automation, steps: mapped(automation.steps ?? [], (step, path) => (step.id ? step : { ...step, id: names.get(path) })) };
}

/** A copy whose steps all have ids of their own; names of outputs inside it go over to the copies. */
export function copied(step: Step, taken: Iterable<string>): Step {
  const used = new Set(taken), renamed = new Map<string, string>();
  for (const one of every([step])) {
    const fresh = freshId(one.step.kind, used);
    used.add(fresh);
    if (one.step.id) renamed.set(one.step.id, fresh);
  }
  let text = JSON.stringify(step);
  // Only whole names: `{"id":"…"}` of steps, and `{name: …}` in texts.
  for (const [old, fresh] of renamed) text = text.replaceAll(`{${old}:`, `{${fresh}:`);
  const ids = [...renamed.values()];
  let n = 0;
  return mapped([JSON.parse(text) as Step], (one) => (one.id ? { ...one, id: ids[n++] } : one))[0]!;
}

export const freshId = (kind: string, taken: Iterable<string>): string => idFrom(kind, taken);
export const idsOf = (automation: Automation): string[] => every(automation.steps).flatMap(({ step }) => (step.id ? [step.id] : []));

function mapped(steps: Steps, change: (step: Step, path: string) => Step, list = ""): Steps {
  return steps.map((step, n) => {
    const path = pathIn(list, n);
    return innerOf(step).reduce((one, inner) => inside(one, inner.place.split("/"), () => mapped(inner.steps, change, `${path}/${inner.place}`)), change(step, path));
  });
}
