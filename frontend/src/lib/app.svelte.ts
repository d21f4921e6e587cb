/** One open app: its spec, its version, what this person may do, and where they are in it. */
import { api, path, Problem } from "./api";
import { live } from "./live.svelte";
import { router, to } from "./router.svelte";
import type { Effect, OpenApp, Preview, ProblemAt, Right } from "./shapes";
import type { App, Change, ChangeStep, Field, PartKind, Table, View } from "./spec";
import { toasts } from "./toasts.svelte";
import { undo } from "./undo.svelte";

export interface ViewProps<V = View> {
  app: AppState;
  view: V;
  /** Absent for dashboards. */
  table: Table | undefined;
}

export class AppState {
  readonly id: string;
  version = $state(0);
  spec = $state.raw<App>({ id: "", name: "" } as App);
  rights = $state.raw<Right[]>([]);
  /** Sample rows are still in it. */
  samples = $state(false);
  people = $derived.by(() => live.people[this.id] ?? []);
  #heard = new Set<() => void>();
  #turn: Promise<void> = Promise.resolve();
  #waiting = 0;
  #missed = false;

  constructor(open: OpenApp) {
    this.id = open.id;
    this.#take(open);
  }

  static async open(id: string, signal?: AbortSignal): Promise<AppState> {
    return new AppState(await api.get<OpenApp>(path`/api/apps/${id}`, {}, { signal }));
  }

  /** Hears of changes made elsewhere until the answer is called. */
  start(): () => void {
    const stops = [
      live.watch(this.id),
      live.on("app", (event) => {
        if (event.app !== this.id || event.version === this.version) return;
        // An own change is on its way: to read now would take away what it shows already.
        if (this.#waiting) this.#missed = true;
        else void this.refresh();
      }),
      live.onBack(() => void this.refresh()),
    ];
    void undo.read(this.id);
    return () => stops.forEach((stop) => stop());
  }

  may(right: Right): boolean {
    return this.rights.includes(right);
  }

  get tables(): Table[] {
    return this.spec.tables ?? [];
  }
  get views(): View[] {
    return this.spec.views ?? [];
  }

  table(id: string | null | undefined): Table | undefined {
    return this.tables.find((table) => table.id === id);
  }
  field(table: string, id: string): Field | undefined {
    return this.table(table)?.fields?.find((field) => field.id === id);
  }
  view(id: string | null | undefined): View | undefined {
    return this.views.find((view) => view.id === id);
  }
  viewsOf(table: string): View[] {
    return this.views.filter((view) => "table" in view && view.table === table);
  }

  /** The row whose panel is open, from the address. */
  get row(): number | null {
    return router.route.page === "app" ? router.route.row : null;
  }

  openRow(id: number | null, { replace = false } = {}): void {
    const route = router.route;
    if (route.page !== "app") return;
    const where = route.table ? to.table(this.id, route.table, id) : to.view(this.id, route.view ?? this.views[0]?.id ?? "", id);
    router.go(where, { replace });
  }

  /** The page of a row of any table: in the first grid of that table. */
  rowAddress(table: string, row: number): string {
    const view = this.viewsOf(table).find((one) => one.kind === "grid");
    return view ? to.view(this.id, view.id, row) : to.table(this.id, table, row);
  }

  async refresh(): Promise<void> {
    try {
      this.#take(await api.get<OpenApp>(path`/api/apps/${this.id}`));
    } catch (error) {
      if (error instanceof Problem && error.status === 404) router.go(to.home());
      else toasts.problem(error);
    }
  }

  /** What a change would do, and what it would lose. Nothing happens yet. */
  plan(change: Change): Promise<Preview> {
    return api.post<Preview>(path`/api/apps/${this.id}/plans`, { change });
  }

  /** Makes the change: one new version. Throws `Problem` when it does not make sense. */
  change(title: string, steps: ChangeStep[], { say = true } = {}): Promise<void> {
    this.#waiting++;
    // One after the other: the second builds on the version that the first one makes.
    const turn = this.#turn.then(() => this.#changed(title, steps, say));
    this.#turn = turn.catch(() => void this.refresh()).finally(() => this.#settled());
    return turn;
  }

  #settled(): void {
    this.#waiting--;
    if (this.#waiting || !this.#missed) return;
    this.#missed = false;
    void this.refresh();
  }

  async #changed(title: string, steps: ChangeStep[], say: boolean): Promise<void> {
    const open = await api.post<OpenApp & { effects?: Effect[]; problems?: ProblemAt[] }>(path`/api/apps/${this.id}/versions`, {
      change: { title, steps },
      base_version: this.version,
      note: title,
    });
    // While another change waits, what it shows already must not vanish for a blink.
    if (this.#waiting > 1) this.version = open.version;
    else if (open.spec) this.#take({ ...open, id: this.id });
    else await this.refresh();
    void undo.read(this.id);
    if (say) toasts.say(title, { label: "Undo", key: "mod+z", act: () => void undo.undo(this) });
  }

  /** Changes some of a view's own settings: filter, sorts, widths, hidden fields, … Quiet, as it shows at once. */
  async alterView(id: string, settings: Record<string, unknown>, title?: string): Promise<void> {
    const view = this.view(id);
    if (!view) return;
    const value = { ...view, ...settings };
    const before = this.spec;
    // Shown at once; taken back when the server says no.
    this.spec = { ...before, views: this.views.map((one) => (one.id === id ? (value as View) : one)) };
    try {
      await this.change(title ?? `Changed the view ${view.name}`, [{ do: "alter", part: "view", id, value }], { say: false });
    } catch (error) {
      this.spec = before;
      toasts.problem(error);
    }
  }

  add(part: PartKind, value: { id: string; name: string } & Record<string, unknown>, table?: string, at?: number): Promise<void> {
    return this.change(`Added ${value.name}`, [{ do: "add", part, table, value: value as never, at }]);
  }

  rename(part: PartKind, id: string, name: string, table?: string): Promise<void> {
    return this.change(`Renamed to ${name}`, [{ do: "rename", part, table, id, name }]);
  }

  /** Called whenever the spec is another one than before. */
  onChange(act: () => void): () => void {
    this.#heard.add(act);
    return () => this.#heard.delete(act);
  }

  #take(open: OpenApp): void {
    const news = open.version !== this.version;
    this.version = open.version;
    this.spec = open.spec;
    if (open.may) this.rights = open.may;
    if (open.samples !== undefined) this.samples = open.samples;
    if (news) for (const act of [...this.#heard]) act();
  }
}
