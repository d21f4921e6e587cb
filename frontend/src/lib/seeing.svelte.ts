/** Seeing an app as somebody else would: kept for this tab, told with every request, left by one click. Nothing can be changed meanwhile. */

const KEPT = "sayso.seeing";
const HEADER = "X-Sayso-See-As";

export interface Seen {
  kind: "member" | "group" | "role";
  id: string;
  name: string;
  app: string;
}

function kept(): Seen | null {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? "null") as Seen | null;
  } catch {
    return null;
  }
}

class Seeing {
  now = $state.raw<Seen | null>(kept());

  /** Reads everything anew: what was read before was one's own. */
  begin(seen: Seen): void {
    sessionStorage.setItem(KEPT, JSON.stringify(seen));
    location.assign(`/a/${encodeURIComponent(seen.app)}`);
  }

  stop(): void {
    const app = this.now?.app;
    sessionStorage.removeItem(KEPT);
    location.assign(app ? `/a/${encodeURIComponent(app)}/roles` : "/");
  }

  /** For what is asked of that app; everything else is one's own. */
  headers(address: string): Record<string, string> {
    const now = this.now;
    if (!now) return {};
    const app = `/api/apps/${encodeURIComponent(now.app)}`;
    return address === app || address.startsWith(`${app}/`) || address.startsWith(`${app}?`) ? { [HEADER]: `${now.kind}:${now.id}` } : {};
  }

  /** The same for the WebSocket, whose headers a page cannot set. */
  tell(url: URL): void {
    if (!this.now) return;
    url.searchParams.set("see_as", `${this.now.kind}:${this.now.id}`);
    url.searchParams.set("app", this.now.app);
  }
}

export const seeing = new Seeing();
