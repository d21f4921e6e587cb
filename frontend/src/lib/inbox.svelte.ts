/** How much is new for me: a number beside the inbox, on every page. */
import { api } from "./api";
import { live } from "./live.svelte";

class Inbox {
  waiting = $state(0);

  start(): () => void {
    const read = () => void api.get<{ unread: number }>("/api/notifications", { limit: 1 }).then((page) => (this.waiting = page.unread), () => {});
    const stops = [live.on("notification", read), live.onOpen(read)];
    return () => stops.forEach((stop) => stop());
  }
}

export const inbox = new Inbox();
