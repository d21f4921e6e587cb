/** A bar in the hand: taken along, or by one of its ends. */
import { swallowClick } from "../swallow";
const START_PX = 4;
const TOUCH_WAIT_MS = 260;

export type PullKind = "move" | "start" | "end";

export class Pull {
  now = $state.raw<{ id: number; kind: PullKind; dx: number } | null>(null);
  #stop: (() => void) | null = null;

  constructor(readonly hooks: { held(on: boolean): void; dropped(id: number, kind: PullKind, dx: number): void }) {}

  press(event: PointerEvent, id: number, kind: PullKind): void {
    if (event.button || this.#stop) return;
    const scroller = (event.currentTarget as HTMLElement).closest<HTMLElement>(".time");
    const from = event.clientX + (scroller?.scrollLeft ?? 0);
    const touch = event.pointerType === "touch";
    let ready = !touch;
    const timer = touch ? setTimeout(() => (ready = true), TOUCH_WAIT_MS) : undefined;
    const end = (): void => {
      clearTimeout(timer);
      this.#stop?.();
      this.#stop = null;
      if (this.now) this.hooks.held(false);
      this.now = null;
    };
    const move = (e: PointerEvent): void => {
      const dx = e.clientX + (scroller?.scrollLeft ?? 0) - from;
      if (!this.now && Math.abs(dx) <= START_PX) return;
      if (!this.now && !ready) return end();
      if (!this.now) this.hooks.held(true);
      this.now = { id, kind, dx };
    };
    const up = (): void => {
      const { now } = this;
      end();
      if (!now) return;
      swallowClick();
      this.hooks.dropped(now.id, now.kind, now.dx);
    };
    const key = (e: KeyboardEvent): void => {
      if (e.key !== "Escape" || !this.now) return;
      e.preventDefault();
      e.stopPropagation();
      end();
    };
    const still = (e: TouchEvent): void => {
      if (this.now || ready) e.preventDefault();
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", up);
    addEventListener("pointercancel", end);
    addEventListener("keydown", key, true);
    addEventListener("touchmove", still, { passive: false });
    this.#stop = () => {
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", up);
      removeEventListener("pointercancel", end);
      removeEventListener("keydown", key, true);
      removeEventListener("touchmove", still);
    };
  }
}
