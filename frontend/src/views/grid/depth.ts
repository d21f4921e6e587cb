/** Browsers clip an element near 33 million pixels, a million rows are as tall as that. Up to a limit the scroll bar is honest;
 *  beyond it the bar stands for a taller sheet: small moves stay one to one, jumps are scaled, both ends are exact. */

export const BAR_PIXELS_MAX = 15_000_000;
/** Near the ends one pixel of the bar is one pixel of the sheet. */
const EXACT_PIXELS = 200_000;
/** A move larger than this many windows is a jump by the bar. */
const JUMP_WINDOWS = 4;

export const barHeight = (sheet: number): number => Math.min(sheet, BAR_PIXELS_MAX);

/** Where in the sheet the bar points to. */
export function sheetTop(bar: number, sheet: number, window: number): number {
  const most = Math.max(0, sheet - window), barMost = Math.max(0, barHeight(sheet) - window);
  if (sheet <= BAR_PIXELS_MAX) return Math.min(bar, most);
  if (bar <= EXACT_PIXELS) return Math.max(0, bar);
  if (bar >= barMost - EXACT_PIXELS) return Math.min(most, most - (barMost - bar));
  return EXACT_PIXELS + ((bar - EXACT_PIXELS) * (most - 2 * EXACT_PIXELS)) / (barMost - 2 * EXACT_PIXELS);
}

/** Where the bar stands for a place in the sheet: the inverse of `sheetTop`. */
export function barTop(top: number, sheet: number, window: number): number {
  const most = Math.max(0, sheet - window), barMost = Math.max(0, barHeight(sheet) - window);
  if (sheet <= BAR_PIXELS_MAX) return Math.min(top, most);
  if (top <= EXACT_PIXELS) return Math.max(0, top);
  if (top >= most - EXACT_PIXELS) return Math.min(barMost, barMost - (most - top));
  return EXACT_PIXELS + ((top - EXACT_PIXELS) * (barMost - 2 * EXACT_PIXELS)) / (most - 2 * EXACT_PIXELS);
}

export interface Depth { bar: number; top: number }

/** The next place after the bar has moved. */
export function moved(was: Depth, bar: number, sheet: number, window: number): Depth {
  if (sheet <= BAR_PIXELS_MAX) return { bar, top: Math.min(bar, Math.max(0, sheet - window)) };
  const exact = bar <= EXACT_PIXELS || bar >= barHeight(sheet) - window - EXACT_PIXELS;
  const step = bar - was.bar;
  if (exact || Math.abs(step) > window * JUMP_WINDOWS) return { bar, top: sheetTop(bar, sheet, window) };
  return { bar, top: Math.min(Math.max(0, was.top + step), sheet - window) };
}
