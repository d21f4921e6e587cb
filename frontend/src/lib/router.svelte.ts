/** Where we are. Addresses are nouns; every page has one, so back, forward and reload always work. */

export type Route =
  | { page: "home" }
  | { page: "app"; app: string; view: string | null; row: number | null; table?: string }
  | { page: "part"; app: string; part: "versions" | "trash" | "automations" | "coworkers" | "slots" | "roles" | "settings"; id: string | null }
  | { page: "draft"; draft: string }
  | { page: "import"; id: string }
  | { page: "settings"; section: string }
  | { page: "nothing" };

const PARTS = ["versions", "trash", "automations", "coworkers", "slots", "roles", "settings"] as const;
const isPart = (word: string | undefined): word is (typeof PARTS)[number] => (PARTS as readonly string[]).includes(word ?? "");

export function routeOf(pathname: string): Route {
  const [top, ...rest] = pathname.split("/").filter(Boolean).map(decodeURIComponent);
  const [one, two, three, four] = rest;
  if (top === undefined) return { page: "home" };
  if (top === "a" && one) return inApp(one, two, three, four);
  if (top === "d" && one) return { page: "draft", draft: one };
  if (top === "import" && one) return { page: "import", id: one };
  if (top === "settings") return { page: "settings", section: one ?? "workspace" };
  return { page: "nothing" };
}

function inApp(app: string, two?: string, three?: string, four?: string): Route {
  const row = (text: string | undefined) => (text && /^\d+$/.test(text) ? Number(text) : null);
  // `/a/crm/tables/clients`: a table without a view of its own. `/a/crm/views/versions`: a view whose id is one of our words.
  if (two === "tables" && three && row(three) === null) return { page: "app", app, view: null, table: three, row: row(four) };
  if (two === "views" && three && row(three) === null) return { page: "app", app, view: three, row: row(four) };
  if (isPart(two) && row(three) === null) return { page: "part", app, part: two, id: three ?? null };
  return { page: "app", app, view: two ?? null, row: row(three) };
}

const e = encodeURIComponent;

export const to = {
  home: () => "/",
  app: (app: string) => `/a/${e(app)}`,
  view: (app: string, view: string, row?: number | null) =>
    `/a/${e(app)}/${isPart(view) || view === "tables" || view === "views" ? `views/${e(view)}` : e(view)}${row ? `/${row}` : ""}`,
  table: (app: string, table: string, row?: number | null) => `/a/${e(app)}/tables/${e(table)}${row ? `/${row}` : ""}`,
  part: (app: string, part: (typeof PARTS)[number], id?: string) => `/a/${e(app)}/${part}${id ? `/${e(id)}` : ""}`,
  draft: (draft: string) => `/d/${e(draft)}`,
  import: (id: string) => `/import/${e(id)}`,
  settings: (section = "") => `/settings${section ? `/${section}` : ""}`,
};

class Router {
  path = $state(location.pathname);
  search = $state(location.search);
  route = $derived(routeOf(this.path));

  query(name: string): string | null {
    return new URLSearchParams(this.search).get(name);
  }

  go(where: string, { replace = false, state = null as unknown } = {}): void {
    if (where === this.path + this.search) return;
    history[replace ? "replaceState" : "pushState"](state, "", where);
    this.read();
    if (!replace) scrollTo(0, 0);
  }

  /** Follows the browser's own buttons and every plain link to one of our pages; returns the off-switch. */
  start(): () => void {
    const read = () => this.read();
    const click = (event: MouseEvent) => this.#follow(event);
    addEventListener("popstate", read);
    document.addEventListener("click", click);
    return () => {
      removeEventListener("popstate", read);
      document.removeEventListener("click", click);
    };
  }

  read(): void {
    this.path = location.pathname;
    this.search = location.search;
  }

  #follow(event: MouseEvent): void {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element | null)?.closest("a");
    if (!link?.href || link.target || link.hasAttribute("download") || link.getAttribute("href")?.startsWith("#")) return;
    const url = new URL(link.href);
    if (url.origin !== location.origin || /^\/(api|static|f|sign-in)(\/|$)/.test(url.pathname)) return;
    event.preventDefault();
    this.go(url.pathname + url.search);
  }
}

export const router = new Router();
