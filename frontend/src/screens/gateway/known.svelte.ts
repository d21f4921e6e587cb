/** What several of these pages read: models that can be asked, and what the public directory knows of them. */
import { api, Problem } from "../../lib/api";
import type { Callable, Known } from "../../lib/gateway";
import { inDirectory } from "../../lib/gateway";
import type { Items } from "../../lib/shapes";

const known = new Map<string, Promise<Known | null>>();

/** What the directory says of a model, under any name that means it; null when it knows none. */
export function knownOf(name: string): Promise<Known | null> {
  let asked = known.get(name);
  if (!asked) {
    asked = api.get<Known>(`/api${inDirectory(name)}`).catch((error: unknown) => {
      if (!(error instanceof Problem)) known.delete(name);
      return null;
    });
    known.set(name, asked);
  }
  return asked;
}

export async function callable(): Promise<Callable[]> {
  return (await api.get<Items<Callable>>("/api/gateway/models")).items;
}

/** One list that is read when a page opens, and again after each change. */
export class Listed<T> {
  items = $state.raw<T[] | null>(null);
  error = $state.raw<unknown>(null);

  constructor(readonly where: string) {}

  async read(): Promise<void> {
    this.error = null;
    try {
      this.items = (await api.get<Items<T>>(this.where)).items;
    } catch (reason) {
      this.error = reason;
    }
  }
}
