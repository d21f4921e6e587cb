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

/** How often settings of a view are laid over what others changed meanwhile. */
const ALTER_TRIES_MAX = 3;

export class AppState {
  readonly id: string;
  version = $state(0);
  spec = $state.raw<App>({ id: "", name: "" } as App);
  rights = $state.raw<Right[]>([]);
  /** Sample rows are still in it. */
  samples = $state(false);
  /** Of a copy to work on: the live app. */
  copyOf = $state.raw<{ id: string; name: string } | null>(null);
  people = $derived.by(() => live.people[this.id] ?? []);
  #heard = new Set<() => void>();
  #turn: Promise<void> = Promise.resolve();
  /** The spec as the server last told it; what is shown has the settings on their way laid over it. */
  #told = this.spec;
  #onTheirWay: { view: string; settings: Record<string, unknown> }[] = [];

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
        // After the own changes that are on their way: their answers may be what was heard of.
        if (event.app === this.id) void this.#turn.then(() => (event.version > this.version ? this.refresh() : undefined));
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

  openRow(id: number | null, { replace = false, comments = false } = {}): void {
    const route = router.route;
    if (route.page !== "app") return;
    const where = route.table ? to.table(this.id, route.table, id) : to.view(this.id, route.view ?? this.views[0]?.id ?? "", id);
    router.go(comments ? `${where}?comments` : where, { replace });
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
    return this.#inTurn(async () => {
      await this.#changed(title, steps);
      if (say) toasts.say(title, { label: "Undo", key: "mod+z", act: () => void undo.undo(this) });
    });
  }

  /** One after the other: the second builds on the version that the first one makes. */
  #inTurn(make: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(make);
    this.#turn = turn.catch(() => this.refresh());
    return turn;
  }

  async #changed(title: string, steps: ChangeStep[]): Promise<void> {
    const open = await api.post<OpenApp & { effects?: Effect[]; problems?: ProblemAt[] }>(path`/api/apps/${this.id}/versions`, {
      change: { title, steps },
      base_version: this.version,
      note: title,
    });
    if (open.spec) this.#take({ ...open, id: this.id });
    else await this.refresh();
    void undo.read(this.id);
  }

  /** Changes some of a view's own settings: filter, sorts, widths, hidden fields, … Quiet, as it shows at once. */
  async alterView(id: string, settings: Record<string, unknown>, title?: string): Promise<void> {
    const name = this.view(id)?.name;
    if (!name) return;
    const mine = { view: id, settings };
    // Shown at once; taken back when the server says no.
    this.#onTheirWay.push(mine);
    this.#show();
    try {
      await this.#inTurn(() => this.#altered(mine, title ?? `Changed the view ${name}`));
    } catch (error) {
      toasts.problem(error);
    } finally {
      this.#onTheirWay = this.#onTheirWay.filter((one) => one !== mine);
      this.#show();
    }
  }

  /** On top of the view as it is now: when others changed the app meanwhile, theirs is read and the settings are laid over it. */
  async #altered(mine: { view: string; settings: Record<string, unknown> }, title: string, triesLeft = ALTER_TRIES_MAX): Promise<void> {
    const view = this.#told.views?.find((one) => one.id === mine.view);
    if (!view) return;
    try {
      await this.#changed(title, [{ do: "alter", part: "view", id: view.id, value: { ...view, ...mine.settings } }]);
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 409 || triesLeft <= 1) throw error;
      await this.refresh();
      await this.#altered(mine, title, triesLeft - 1);
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
    // An answer that was overtaken by a newer one.
    if (open.version < this.version) return;
    const news = open.version !== this.version;
    this.version = open.version;
    this.#told = open.spec;
    this.#show();
    if (open.may) this.rights = open.may;
    if (open.samples !== undefined) this.samples = open.samples;
    if (open.copy_of !== undefined) this.copyOf = open.copy_of;
    if (news) for (const act of [...this.#heard]) act();
  }

  #show(): void {
    const over = this.#onTheirWay;
    const laid = (view: View): View => Object.assign({}, view, ...over.filter((one) => one.view === view.id).map((one) => one.settings)) as View;
    this.spec = over.length ? { ...this.#told, views: this.#told.views?.map(laid) } : this.#told;
  }
}
