/** The team's home as this tab knows it: who I am, who else there is, which apps there are, how it looks. */
import { api, Problem } from "./api";
import { locale } from "./format";
import { live } from "./live.svelte";
import type { AppCard, Items, Me, Member, MyWorkspace, MyWorkspaces, Right } from "./shapes";

export type Theme = "system" | "light" | "dark";
export type Density = "compact" | "normal" | "roomy";
interface Look {
  theme: Theme;
  density: Density;
  hue?: number;
}

const LOOK = "sayso.look";
const NO_MEMBERS: Record<string, string> = { system: "Sayso", link: "A public form", automation: "An automation", token: "A program", model: "A model" };

class WorkspaceState {
  me = $state.raw<Me | null>(null);
  members = $state.raw<Member[]>([]);
  apps = $state.raw<AppCard[] | null>(null);
  /** Where else this person is a member; null until somebody asks. */
  all = $state.raw<MyWorkspaces | null>(null);
  signedOut = $state(false);
  failed = $state.raw<unknown>(null);
  look = $state<Look>(storedLook());
  #byId = $derived(new Map(this.members.map((member) => [member.id, member])));

  async start(): Promise<void> {
    this.failed = null;
    try {
      const [me, members] = await Promise.all([
        api.get<Me>("/api/me"),
        api.get<Items<Member>>("/api/members").catch(() => ({ items: [], next: null })),
        this.readApps(),
      ]);
      this.take(me);
      this.members = members.items;
      this.setLook({ hue: me.workspace.hue });
      live.on("app", () => void this.readApps());
      live.on("team", () => void this.readTeam());
      if (me.person) void this.readAll();
    } catch (error) {
      if (error instanceof Problem && error.status === 401) this.signedOut = true;
      else this.failed = error;
    }
  }

  async readApps(): Promise<void> {
    this.apps = (await api.get<Items<AppCard>>("/api/apps")).items;
  }

  /** Somebody's standing has changed, perhaps my own. */
  async readTeam(): Promise<void> {
    try {
      const [me, members] = await Promise.all([api.get<Me>("/api/me"), api.get<Items<Member>>("/api/members"), this.readApps()]);
      this.take(me);
      this.members = members.items;
    } catch {
      // whoever is gone hears it from the socket or the next click
    }
  }

  /** Who I am, and how I read dates and numbers. */
  take(me: Me): void {
    this.me = me;
    locale.current = me.person?.language ?? undefined;
    locale.zone = me.person?.zone ?? undefined;
  }

  async readAll(): Promise<void> {
    this.all = await api.get<MyWorkspaces>("/api/workspaces").catch(() => null);
  }

  /** Goes on there: everything that this tab knows is another's, so it begins anew. */
  async switchTo(there: Pick<MyWorkspace, "id">, page = "/"): Promise<void> {
    await api.put("/api/session/workspace", { workspace: there.id });
    location.assign(page);
  }

  may(right: Right): boolean {
    return this.me?.may.includes(right) ?? false;
  }

  member(id: string | null | undefined): Member | undefined {
    return id ? this.#byId.get(id) : undefined;
  }

  /** What to call someone: a member by name, what is no member by what it is. */
  nameOf(id: string | null | undefined): string {
    if (!id) return "Sayso";
    return this.member(id)?.name ?? NO_MEMBERS[id] ?? (id.startsWith("m_") ? "Someone who left" : id);
  }

  async rename(name: string, hue: number): Promise<void> {
    const workspace = await api.patch<Me["workspace"]>("/api/workspace", { name, hue });
    if (this.me) this.me = { ...this.me, workspace: { ...this.me.workspace, ...workspace, name, hue } };
    this.setLook({ hue });
  }

  isDark(): boolean {
    return this.look.theme === "dark" || (this.look.theme === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  }

  /** Theme and density belong to this browser, the hue to the workspace; kept so that the next paint is right at once. */
  setLook(look: Partial<Look>): void {
    Object.assign(this.look, look);
    const root = document.documentElement;
    if (this.look.theme === "system") delete root.dataset.theme;
    else root.dataset.theme = this.look.theme;
    if (this.look.density === "normal") delete root.dataset.density;
    else root.dataset.density = this.look.density;
    if (this.look.hue !== undefined) root.style.setProperty("--hue", String(this.look.hue));
    try {
      localStorage.setItem(LOOK, JSON.stringify(this.look));
    } catch {
      // storage is off: the look lasts as long as the tab
    }
  }
}

function storedLook(): Look {
  try {
    return { theme: "system", density: "normal", ...JSON.parse(localStorage.getItem(LOOK) ?? "{}") };
  } catch {
    return { theme: "system", density: "normal" };
  }
}

export const workspace = new WorkspaceState();
