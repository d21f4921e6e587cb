/** Where a run, or the list of all, has its address: beside the flow that it ran. */
import { to } from "../../../lib/routes";

export function runAddress(app: string, automation: string, run: string | null, all = false): string {
  const query = new URLSearchParams({ ...(all ? { runs: "all" } : {}), ...(run ? { run } : {}) }).toString();
  return to.part(app, "automations", automation) + (query ? `?${query}` : "");
}
