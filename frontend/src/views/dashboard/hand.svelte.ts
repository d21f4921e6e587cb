/** A tile in the hand: moved among the others, or stretched by its corner. */
import { type Box, COLUMNS, heightened, widened } from "./layout";

const START_PX = 5;

interface Hooks {
  boxes(): Box[];
  over(id: string, boxes: Box[], x: number, y: number): void;
  resized(id: string, width: number, height: number): void;
}

export class TileHand {
  now = $state.raw<{ id: string } | null>(null);
  #stop: (() => void) | null = null;

  constructor(readonly hooks: Hooks) {}

  take(event: PointerEvent, id: string): void {
    const from = { x: event.clientX, y: event.clientY };
    this.#follow(event, (e) => {
      if (!this.now && Math.hypot(e.clientX - from.x, e.clientY - from.y) < START_PX) return;
      this.now = { id };
      this.hooks.over(id, this.hooks.boxes(), e.clientX, e.clientY);
    });
  }

  stretch(event: PointerEvent, id: string, width: number, height: number): void {
    const box = this.hooks.boxes().find((one) => one.id === id);
    if (!box) return;
    const [x, y] = [event.clientX, event.clientY];
    const [column, row] = [box.width / width, box.height / height];
    this.#follow(event, (e) => {
      this.now = { id };
      this.hooks.resized(id, Math.min(COLUMNS, widened(width, Math.round((e.clientX - x) / column))), heightened(height, Math.round((e.clientY - y) / row)));
    });
  }

  #follow(event: PointerEvent, move: (event: PointerEvent) => void): void {
    if (event.button || this.#stop) return;
    event.preventDefault();
    const end = (): void => {
      this.#stop?.();
      this.#stop = null;
      this.now = null;
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", end);
    addEventListener("pointercancel", end);
    this.#stop = () => {
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", end);
      removeEventListener("pointercancel", end);
    };
  }
}
