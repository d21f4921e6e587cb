/** Copies of apps that are being made: followed until they are over. */
import { api, path } from "./api";
import type { components } from "./schema";

export type Copy = components["schemas"]["Copy"];
const LOOK_MS = 700;

/** Tells how far it is until it is over; the copy as it then stands. */
export async function followed(copy: Copy, tell: (now: Copy) => void, until: () => boolean): Promise<Copy> {
  let now = copy;
  tell(now);
  while ((now.state === "waiting" || now.state === "running") && !until()) {
    await new Promise((wake) => setTimeout(wake, LOOK_MS));
    now = await api.get<Copy>(path`/api/copies/${copy.id}`);
    tell(now);
  }
  return now;
}
