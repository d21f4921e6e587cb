/** Questions to the API that several views put. */
import { api, path } from "../lib/api";
import type { AppState } from "../lib/app.svelte";
import type { Group, Page, Row } from "../lib/shapes";
import type { Condition, Filter, Grouping, Sort } from "../lib/spec";
import type { Aggregate } from "./chart/series";

export const PAGE_ROWS_MAX = 1_000;
/** What a calendar or a timeline shows at most; beyond it, they say so. */
export const ROWS_SHOWN_MAX = 4_000;

/** A filter and more conditions, all of which have to be met. */
export function both(filter: Filter | undefined, ...more: (Condition | Filter)[]): Filter {
  return filter?.of?.length ? { match: "all", of: [filter, ...more] } : { match: "all", of: more };
}

const asked = (filter: Filter | undefined): Filter | undefined => (filter?.of?.length ? filter : undefined);

export interface Query {
  filter?: Filter;
  search?: string;
}

export const tablePath = (app: AppState, table: string): string => path`/api/apps/${app.id}/tables/${table}`;

export function pageOf(app: AppState, table: string, query: Query & { sorts?: Sort[]; fields?: string[]; offset?: number; limit?: number; total?: boolean }, signal?: AbortSignal): Promise<Page> {
  const { filter, search, sorts, ...rest } = query;
  return api.get<Page>(`${tablePath(app, table)}/rows`, { ...rest, filter: asked(filter), search: search?.trim(), sorts: sorts?.length ? sorts : undefined }, { signal });
}

/** Every row that meets the filter, up to a limit; `more` says how many are left out. */
export async function everyRow(app: AppState, table: string, query: Query & { sorts?: Sort[]; fields?: string[] }, signal?: AbortSignal): Promise<{ rows: Row[]; more: number }> {
  const rows: Row[] = [];
  let total = 0;
  for (let offset = 0; offset === 0 || (offset < total && offset < ROWS_SHOWN_MAX); offset += PAGE_ROWS_MAX) {
    const page = await pageOf(app, table, { ...query, offset, limit: PAGE_ROWS_MAX, total: true }, signal);
    rows.push(...page.rows);
    total = page.total ?? rows.length;
    if (page.rows.length < PAGE_ROWS_MAX) break;
  }
  return { rows, more: Math.max(0, total - rows.length) };
}

export async function groupsOf(app: AppState, table: string, query: Query & { by: Grouping[]; summaries?: Record<string, string> }, signal?: AbortSignal): Promise<Group[]> {
  const { filter, search, by, summaries } = query;
  const answer = await api.get<{ groups: Group[] }>(`${tablePath(app, table)}/groups`, { by, filter: asked(filter), search: search?.trim(), summaries }, { signal });
  return answer.groups;
}

export interface Aggregates {
  groups: Aggregate[];
  total: unknown;
}

export function aggregatesOf(
  app: AppState, table: string, query: Query & { by?: Grouping; split?: Grouping; measure: { summary?: string; field?: string | null } }, signal?: AbortSignal,
): Promise<Aggregates> {
  const { filter, search, ...rest } = query;
  return api.get<Aggregates>(`${tablePath(app, table)}/aggregates`, { ...rest, filter: asked(filter), search: search?.trim() }, { signal });
}
