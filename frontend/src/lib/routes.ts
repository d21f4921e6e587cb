/** Addresses: from a path to what it names, and back. */

export type Route =
  | { page: "home" }
  | { page: "app"; app: string; view: string | null; row: number | null; table?: string }
  | { page: "part"; app: string; part: "versions" | "trash" | "automations" | "coworkers" | "slots" | "roles" | "review" | "activity"; id: string | null }
  | { page: "draft"; draft: string }
  | { page: "import"; id: string }
  | { page: "settings"; section: string }
  | { page: "gateway"; section: string; id: string | null }
  | { page: "coworkers"; id: string | null }
  | { page: "trials"; id: string | null }
  | { page: "inbox" }
  | { page: "activity" }
  | { page: "automations"; section: string }
  | { page: "run"; id: string }
  | { page: "connections"; id: string | null }
  | { page: "nothing" };

const PARTS = ["versions", "trash", "automations", "coworkers", "slots", "roles", "review", "activity"] as const;
const isPart = (word: string | undefined): word is (typeof PARTS)[number] => (PARTS as readonly string[]).includes(word ?? "");

export function routeOf(pathname: string): Route {
  const [top, ...rest] = pathname.split("/").filter(Boolean).map(decodeURIComponent);
  const [one, two, three, four] = rest;
  if (top === undefined) return { page: "home" };
  if (top === "a" && one) return inApp(one, two, three, four);
  if (top === "d" && one) return { page: "draft", draft: one };
  if (top === "import" && one) return { page: "import", id: one };
  if (top === "coworkers") return { page: "coworkers", id: one ?? null };
  if (top === "trials") return { page: "trials", id: one ?? null };
  if (top === "automations") return { page: "automations", section: one ?? "" };
  if (top === "runs" && one) return { page: "run", id: one };
  if (top === "inbox") return { page: "inbox" };
  if (top === "activity") return { page: "activity" };
  if (top === "connections") return { page: "connections", id: one ?? null };
  if (top === "gateway") return { page: "gateway", section: one ?? "", id: two ?? null };
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
  /** Other models on the past work of one part of an app. */
  trial: (app: string, part: string) => `/trials/new?app=${e(app)}&path=${e(part)}`,
  draft: (draft: string) => `/d/${e(draft)}`,
  import: (id: string) => `/import/${e(id)}`,
  gateway: (section = "", id?: string) => `/gateway${section ? `/${section}` : ""}${id ? `/${e(id)}` : ""}`,
  coworkers: (id?: string) => `/coworkers${id ? `/${e(id)}` : ""}`,
  trials: (id?: string) => `/trials${id ? `/${e(id)}` : ""}`,
  automations: (section = "") => `/automations${section ? `/${section}` : ""}`,
  inbox: () => "/inbox",
  activity: () => "/activity",
  /** `id` is a connection, or one of `new`, `webhooks` and `server`. */
  connections: (id?: string) => `/connections${id ? `/${e(id)}` : ""}`,
  settings: (section = "") => `/settings${section ? `/${section}` : ""}`,
};
