/** Where we are. Addresses are nouns; every page has one, so back, forward and reload always work. */
import { routeOf } from "./routes";

export { to, type Route } from "./routes";

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
    if (url.origin !== location.origin || /^\/(api|static|f|sign-in|signin|sso|join|share|models|compare)(\/|$)/.test(url.pathname)) return;
    event.preventDefault();
    this.go(url.pathname + url.search);
  }
}

export const router = new Router();
