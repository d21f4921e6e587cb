/** The one way to talk to the server: JSON in and out, problem documents as errors, a key on every write. */
import { seeing } from "./seeing.svelte";
import type { ProblemAt } from "./shapes";

export const API_SECONDS_MAX = 30;

/** What the server said was wrong (RFC 9457). */
export class Problem extends Error {
  override name = "Problem";
  constructor(
    readonly status: number,
    readonly slug: string,
    title: string,
    readonly detail: string,
    readonly problems: ProblemAt[] = [],
    readonly yours: unknown = undefined,
    readonly theirs: unknown = undefined,
  ) {
    super(detail || title);
    this.title = title;
  }
  readonly title: string;

  /** What is wrong with one field: for the words under it. */
  at(path: string): string | undefined {
    return this.problems.find((problem) => problem.path === path || problem.path.endsWith(`/${path}`))?.reason;
  }
}

/** The server did not answer: no network, or it is down. */
export class Unreachable extends Error {
  override name = "Unreachable";
  constructor() {
    super("The server cannot be reached. What you typed is kept.");
  }
}

export type Query = Record<string, unknown>;
export interface Options {
  query?: Query;
  signal?: AbortSignal;
  /** Makes repeating a write safe; one is made when left out. */
  key?: string;
  /** They have shown that it is them, for this very request: it is not asked a second time. */
  proved?: boolean;
}

/** `/api/apps/{app}` and its values make an address; what is undefined is left out of the query, objects go as JSON. */
export function address(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === "") continue;
    if (value === true) search.set(name, "1");
    else if (name === "fields" && Array.isArray(value)) search.set(name, value.join(","));
    else search.set(name, typeof value === "object" ? JSON.stringify(value) : String(value));
  }
  const tail = search.toString();
  return tail ? `${path}?${tail}` : path;
}

/** Path pieces are ids from elsewhere: always escaped. */
export function path(strings: TemplateStringsArray, ...ids: (string | number)[]): string {
  return strings.reduce((whole, piece, n) => whole + encodeURIComponent(String(ids[n - 1])) + piece);
}

export function newKey(): string {
  return crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
}

export async function request<T>(method: string, where: string, body?: unknown, options: Options = {}): Promise<T> {
  const answer = await sent(method, where, body, options);
  if (answer.status === 204) return undefined as T;
  const text = await answer.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

/** The answer itself, already known to be a good one. */
export async function sent(method: string, where: string, body?: unknown, options: Options = {}): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json, application/x-ndjson", ...seeing.headers(where) };
  if (method !== "GET") headers["Idempotency-Key"] = options.key ?? newKey();
  let payload: BodyInit | undefined;
  if (body instanceof FormData) payload = body;
  else if (body !== undefined) {
    headers["Content-Type"] = "application/json";
    payload = JSON.stringify(body);
  }
  const limit = AbortSignal.timeout((body instanceof FormData ? 20 : 1) * API_SECONDS_MAX * 1000);
  const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
  let answer: Response;
  try {
    answer = await fetch(address(where, options.query), { method, headers, body: payload, signal, credentials: "same-origin" });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Unreachable();
  }
  if (answer.ok) return answer;
  const problem = await problemFrom(answer);
  if (problem instanceof Problem && problem.slug === "proof-needed" && !options.proved && (await proofNeeded())) {
    return sent(method, where, body, { ...options, proved: true });
  }
  throw problem;
}

async function problemFrom(answer: Response): Promise<Error> {
  if (answer.status === 502 || answer.status === 504) return new Unreachable();
  const said = await answer.json().catch(() => ({}));
  const slug = String(said.type ?? "").split("/").pop() || "error";
  if (answer.status === 401) signInNeeded();
  if (slug === "second-factor-needed") location.assign("/signin/second");
  return new Problem(
    answer.status, slug, said.title ?? "Something went wrong", said.detail ?? "", said.problems ?? [], said.yours, said.theirs,
  );
}

let signInNeeded = () => {};
/** Called whenever the server asks who this is. */
export function onSignInNeeded(act: () => void): void {
  signInNeeded = act;
}

let proofNeeded = (): Promise<boolean> => Promise.resolve(false);
/** Called when the server wants to be shown once more that it is them; true once that was done, and the request is sent again. */
export function onProofNeeded(act: () => Promise<boolean>): void {
  proofNeeded = act;
}

export const api = {
  get: <T>(where: string, query?: Query, options: Options = {}) => request<T>("GET", where, undefined, { ...options, query }),
  post: <T>(where: string, body: unknown = {}, options?: Options) => request<T>("POST", where, body, options),
  patch: <T>(where: string, body: unknown, options?: Options) => request<T>("PATCH", where, body, options),
  put: <T>(where: string, body: unknown, options?: Options) => request<T>("PUT", where, body, options),
  del: <T = void>(where: string, body?: unknown, options?: Options) => request<T>("DELETE", where, body, options),
};

/** JSON lines as they arrive, until the server ends them or `signal` does; with a body, what is asked for is sent. */
export async function* lines<T>(where: string, signal?: AbortSignal, body?: unknown): AsyncGenerator<T> {
  // No limit of time here: a plan may take a model a while, and the server ends the stream itself.
  let answer: Response;
  try {
    const asks = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
    const headers = { Accept: "application/x-ndjson", "Content-Type": "application/json", ...seeing.headers(where) };
    answer = await fetch(where, { ...asks, headers, signal, credentials: "same-origin" });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Unreachable();
  }
  if (!answer.ok) throw await problemFrom(answer);
  if (!answer.body) return;
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    const pieces = (rest + (value ?? "")).split("\n");
    rest = done ? "" : (pieces.pop() ?? "");
    for (const piece of pieces) if (piece.trim()) yield JSON.parse(piece) as T;
    if (done) return;
  }
}
