/** Who is in an app, and as what: the grants that the workspace keeps. */
import { api, path, Problem } from "../../../lib/api";

export interface Grant { kind: "everyone" | "group" | "member"; id: string; role: string; name?: string }
export interface Standing { member: string; name: string; role: string; roles: string[]; level: string; reason: string }
export interface Access { version: string | number; grants: Grant[]; roles: { id: string; name: string; sentence: string }[]; people: Standing[]; may_change: boolean }

export const LEVELS: { id: string; label: string }[] = [
  { id: "@manager", label: "Manager: changes how it is built" },
  { id: "@editor", label: "Editor: changes rows" },
  { id: "@commenter", label: "Commenter: reads and comments" },
  { id: "@reader", label: "Reader: looks on" },
  { id: "@nothing", label: "Nothing: cannot open it" },
];
export const levelName = (id: string): string => LEVELS.find((one) => one.id === id)?.label.split(":")[0] ?? id;

export class AppAccess {
  now = $state.raw<Access | null>(null);
  failed = $state.raw<unknown>(null);

  constructor(readonly app: string) {}

  async read(): Promise<void> {
    try {
      this.now = await api.get<Access>(path`/api/apps/${this.app}/access`);
      this.failed = null;
    } catch (error) {
      this.failed = error;
    }
  }

  /** All grants as they shall be. Somebody else's change in between is read first, and told. */
  async put(grants: Grant[]): Promise<void> {
    const said = grants.map(({ kind, id, role }) => ({ kind, id, role }));
    try {
      this.now = await api.put<Access>(path`/api/apps/${this.app}/access`, { grants: said, base: this.now?.version });
    } catch (error) {
      if (error instanceof Problem && error.status === 409) await this.read();
      throw error;
    }
  }

  /** Who has this role, by name. */
  having(role: string): string[] {
    return (this.now?.grants ?? []).filter((one) => one.role === role).map((one) => (one.kind === "everyone" ? "everyone" : (one.name ?? one.id)));
  }
}
