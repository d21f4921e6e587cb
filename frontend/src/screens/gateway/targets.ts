/** What an alias leads to: from a name that one picks to a target as the API takes it, and back. Pure. */
import type { Known, Target } from "../../lib/gateway";

/** `{provider: "openai", model: "gpt-6"}` is called `openai/gpt-6`; one without a provider has its whole name already. */
export const nameOf = (target: Target): string => (target.provider ? `${target.provider}/${target.model}` : target.model);

export function targetOf(name: string, providers: readonly string[]): Target {
  const [first, ...rest] = name.split("/");
  return rest.length && providers.includes(first!) ? { provider: first, model: rest.join("/") } : { model: name };
}

/** The same ways, with another model in place of one that ends. */
export const replaced = (targets: readonly Target[], model: string, by: string): Target[] =>
  targets.map((target) => (target.model === model ? { ...(target.provider ? { provider: target.provider } : {}), model: by } : target));

/** Whether its maker has shut it down, or has said when. */
export const ends = (known: Known | undefined | null): boolean => known?.lifecycle.status === "deprecated" || known?.lifecycle.status === "retired";

/** Dated names that an alias can be pinned to; none when the name is dated itself and the directory knows no other. */
export function snapshotsOf(known: Known | null | undefined): string[] {
  return known?.snapshots.map((one) => one.id) ?? [];
}
