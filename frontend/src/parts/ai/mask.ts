/** What of a picture may change, as a person paints it: strokes and boxes, in the picture's own pixels. Pure. */

export interface Point {
  x: number;
  y: number;
}
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}
export type Stroke = { is: "stroke"; erases: boolean; size: number; points: Point[] } | { is: "box"; erases: boolean; box: Box } | { is: "all"; erases: boolean };
export interface Bounds {
  width: number;
  height: number;
}

export const PIXELS_A_SIDE_MAX = 4096;
export const BRUSH_MIN = 0.01;
export const BRUSH_MAX = 0.25;
/** Of the longer side: how far an arrow moves the frame. */
const STEP = 0.02;
const SIDE_MIN = 0.02;

/** A frame in the middle, a third as large as the picture. */
export const firstBox = ({ width, height }: Bounds): Box => ({ x: width / 3, y: height / 3, width: width / 3, height: height / 3 });

/** The frame after an arrow key: moved, or with `sizing` made larger or smaller; never outside the picture. */
export function arrowed(box: Box, key: string, sizing: boolean, bounds: Bounds): Box | null {
  const by = STEP * Math.max(bounds.width, bounds.height);
  const way = { ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, -by], ArrowDown: [0, by] }[key];
  if (!way) return null;
  const [dx, dy] = way as [number, number], least = SIDE_MIN * Math.max(bounds.width, bounds.height);
  if (sizing) return { ...box, width: clamp(box.width + dx, least, bounds.width - box.x), height: clamp(box.height + dy, least, bounds.height - box.y) };
  return { ...box, x: clamp(box.x + dx, 0, bounds.width - box.width), y: clamp(box.y + dy, 0, bounds.height - box.height) };
}

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value));

/** The frame between two corners that were pulled. */
export const boxBetween = (a: Point, b: Point): Box => ({ x: Math.min(a.x, b.x), y: Math.min(a.y, b.y), width: Math.abs(a.x - b.x), height: Math.abs(a.y - b.y) });

/** The same proportions, no side longer than what canvases bear. */
export function fitting({ width, height }: Bounds): Bounds {
  const part = Math.min(1, PIXELS_A_SIDE_MAX / Math.max(width, height));
  return { width: Math.round(width * part), height: Math.round(height * part) };
}

/** How much of the picture is painted, from 0 to 1; every so-many-th pixel is looked at. */
export function share(pixels: Uint8ClampedArray, step = 16): number {
  let painted = 0, seen = 0;
  for (let at = 3; at < pixels.length; at += 4 * step) {
    seen++;
    if (pixels[at]! > 127) painted++;
  }
  return seen ? painted / seen : 0;
}

/** Turns painted into transparent and the rest into black: the form in which models take masks. */
export function asMask(pixels: Uint8ClampedArray): void {
  for (let at = 0; at < pixels.length; at += 4) {
    pixels[at] = pixels[at + 1] = pixels[at + 2] = 0;
    pixels[at + 3] = 255 - pixels[at + 3]!;
  }
}

/** The other way: of a mask that was kept, what is transparent is painted. */
export function fromMask(pixels: Uint8ClampedArray): void {
  for (let at = 3; at < pixels.length; at += 4) pixels[at] = 255 - pixels[at]!;
}
