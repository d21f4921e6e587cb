/** A card in the hand: where it is held, and over which place. Mouse, pen and touch alike; a finger waits a moment, so that a board can be scrolled. */
import { type Place, indexAt } from "./ordering";
import { swallowClick } from "../swallow";

const LIFT_PX = 5;
const TOUCH_WAIT_MS = 280;
const EDGE_PX = 56;
const EDGE_SPEED_PX = 14;

export interface Holding {
  id: number;
  /** Where the card's corner is, in the window. */
  x: number;
  y: number;
  width: number;
  height: number;
  over: Place | null;
}

interface Hooks {
  /** The board's own element; its columns carry `data-column`, their cards `data-card`. */
  board(): HTMLElement | undefined;
  lifted(id: number): void;
  dropped(id: number, over: Place | null): void;
}

export class Held {
  now = $state.raw<Holding | null>(null);
  #hooks: Hooks;
  #stop: (() => void) | null = null;
  #pointer = { x: 0, y: 0 };
  #grip = { x: 0, y: 0 };
  #frame = 0;

  constructor(hooks: Hooks) {
    this.#hooks = hooks;
  }

  press(event: PointerEvent, id: number, card: HTMLElement): void {
    if (event.button || this.#stop) return;
    const from = { x: event.clientX, y: event.clientY };
    const touch = event.pointerType === "touch";
    let timer: ReturnType<typeof setTimeout> | undefined;
    const lift = (): void => this.#lift(id, card, from);
    const move = (e: PointerEvent): void => {
      this.#pointer = { x: e.clientX, y: e.clientY };
      const far = Math.hypot(e.clientX - from.x, e.clientY - from.y) > LIFT_PX;
      if (!this.now && far && touch) return this.#end();
      if (!this.now && far) lift();
      if (this.now) this.#moved();
    };
    const up = (): void => {
      const { now } = this;
      this.#end();
      if (!now) return;
      swallowClick();
      this.#hooks.dropped(now.id, now.over);
    };
    const cancel = (): void => {
      const { now } = this;
      this.#end();
      if (now) this.#hooks.dropped(now.id, null);
    };
    const key = (e: KeyboardEvent): void => {
      if (e.key !== "Escape" || !this.now) return;
      e.preventDefault();
      e.stopPropagation();
      cancel();
    };
    // A finger that holds a card must not scroll the board as well.
    const still = (e: TouchEvent): void => {
      if (this.now) e.preventDefault();
    };
    this.#pointer = from;
    if (touch) timer = setTimeout(lift, TOUCH_WAIT_MS);
    addEventListener("pointermove", move);
    addEventListener("pointerup", up);
    addEventListener("pointercancel", cancel);
    addEventListener("keydown", key, true);
    addEventListener("touchmove", still, { passive: false });
    this.#stop = () => {
      clearTimeout(timer);
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", up);
      removeEventListener("pointercancel", cancel);
      removeEventListener("keydown", key, true);
      removeEventListener("touchmove", still);
    };
  }

  #lift(id: number, card: HTMLElement, from: { x: number; y: number }): void {
    const box = card.getBoundingClientRect();
    this.#grip = { x: from.x - box.left, y: from.y - box.top };
    this.now = { id, x: box.left, y: box.top, width: box.width, height: box.height, over: null };
    this.#hooks.lifted(id);
    getSelection()?.removeAllRanges();
    this.#moved();
    const tick = (): void => {
      if (!this.now) return;
      if (this.#scrollAtEdge()) this.#moved();
      this.#frame = requestAnimationFrame(tick);
    };
    this.#frame = requestAnimationFrame(tick);
  }

  #moved(): void {
    if (!this.now) return;
    this.now = { ...this.now, x: this.#pointer.x - this.#grip.x, y: this.#pointer.y - this.#grip.y, over: this.#over() };
  }

  #lane(): HTMLElement | undefined {
    const { x } = this.#pointer;
    const lanes = [...(this.#hooks.board()?.querySelectorAll<HTMLElement>("[data-column]") ?? [])];
    return lanes.find((lane) => {
      const box = lane.getBoundingClientRect();
      return x >= box.left - 6 && x < box.right + 6;
    });
  }

  #over(): Place | null {
    const board = this.#hooks.board()?.getBoundingClientRect();
    const { x, y } = this.#pointer;
    if (!board || y < board.top - 40 || y > board.bottom + 40 || x < board.left - 40 || x > board.right + 40) return null;
    const lane = this.#lane();
    if (!lane || !this.now) return null;
    const middles = [...lane.querySelectorAll<HTMLElement>("[data-card]")]
      .filter((card) => Number(card.dataset.card) !== this.now?.id)
      .map((card) => {
        const box = card.getBoundingClientRect();
        return box.top + box.height / 2;
      });
    const middle = y - this.#grip.y + this.now.height / 2;
    return { column: lane.dataset.column ?? "", index: indexAt(middles, middle) };
  }

  /** Near an edge the board, or the column under the card, scrolls along. */
  #scrollAtEdge(): boolean {
    const board = this.#hooks.board();
    const list = this.#lane()?.querySelector<HTMLElement>("[data-cards]");
    const { x, y } = this.#pointer;
    let moved = false;
    const push = (element: HTMLElement | null | undefined, way: "left" | "top", at: number, from: number, to: number): void => {
      if (!element) return;
      const speed = at < from + EDGE_PX ? -EDGE_SPEED_PX : at > to - EDGE_PX ? EDGE_SPEED_PX : 0;
      if (!speed) return;
      const before = way === "left" ? element.scrollLeft : element.scrollTop;
      element.scrollBy({ [way]: speed });
      moved ||= before !== (way === "left" ? element.scrollLeft : element.scrollTop);
    };
    const box = board?.getBoundingClientRect(), own = list?.getBoundingClientRect();
    if (box) push(board, "left", x, box.left, box.right);
    if (own) push(list, "top", y, own.top, own.bottom);
    return moved;
  }

  #end(): void {
    this.#stop?.();
    this.#stop = null;
    cancelAnimationFrame(this.#frame);
    this.now = null;
  }
}
