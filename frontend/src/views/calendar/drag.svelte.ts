/** What a hand does on a calendar: takes an occasion along, pulls one of its ends, or draws a new one over empty days. */
import type { Day } from "../days";
import type { Moment } from "../moments";
import { swallowClick } from "../swallow";

export const STEP_MINUTES = 15;
const START_PX = 4;
const TOUCH_WAIT_MS = 260;

export type Grip = { kind: "move" | "start" | "end"; id: number } | { kind: "new" };

export interface Pull {
  grip: Grip;
  from: Moment;
  to: Moment;
  /** By the clock (in the hours) or by whole days. */
  clocked: boolean;
  /** It has come to lie on the hours, wherever it was taken from. */
  landed?: boolean;
}

/** The day under a point, and the minute where the days are drawn by the hour; elements carry `data-day` and `data-hours`. */
export function momentAt(x: number, y: number): (Moment & { clocked: boolean }) | null {
  for (const element of document.elementsFromPoint(x, y)) {
    const found = (element as HTMLElement).closest<HTMLElement>("[data-day]");
    if (!found) continue;
    const day: Day = Number(found.dataset.day);
    if (!("hours" in found.dataset)) return { day, minutes: 0, clocked: false };
    const box = found.getBoundingClientRect();
    const minutes = Math.round((((y - box.top) / box.height) * 1440) / STEP_MINUTES) * STEP_MINUTES;
    return { day, minutes: Math.max(0, Math.min(1440 - STEP_MINUTES, minutes)), clocked: true };
  }
  return null;
}

export class Hand {
  now = $state.raw<Pull | null>(null);
  #stop: (() => void) | null = null;

  constructor(readonly hooks: { held(on: boolean): void; dropped(pull: Pull): void }) {}

  press(event: PointerEvent, grip: Grip): void {
    if (event.button || this.#stop) return;
    const from = momentAt(event.clientX, event.clientY);
    const start = from ?? { day: NaN, minutes: 0, clocked: false };
    const at = { x: event.clientX, y: event.clientY };
    const touch = event.pointerType === "touch";
    let ready = !touch;
    const timer = touch ? setTimeout(() => (ready = true), TOUCH_WAIT_MS) : undefined;
    const move = (e: PointerEvent): void => {
      const far = Math.hypot(e.clientX - at.x, e.clientY - at.y) > START_PX;
      if (!this.now && far && !ready) return end();
      if (!this.now && !far) return;
      const to = momentAt(e.clientX, e.clientY);
      if (!this.now) this.hooks.held(true);
      if (to) this.now = { grip, from: Number.isNaN(start.day) ? to : start, to, clocked: start.clocked && to.clocked, landed: to.clocked };
    };
    const up = (): void => {
      const { now } = this;
      end();
      if (!now) return;
      swallowClick();
      this.hooks.dropped(now);
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
    const end = (): void => {
      clearTimeout(timer);
      this.#stop?.();
      this.#stop = null;
      if (this.now) this.hooks.held(false);
      this.now = null;
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
