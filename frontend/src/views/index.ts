/** Which component draws which kind of view. Each is loaded when it is first shown. See README: "A view". */
import type { Component } from "svelte";
import type { ViewProps } from "../lib/app.svelte";
import type { ViewKind } from "../lib/spec";

type Loader = () => Promise<{ default: Component<ViewProps<never>> }>;

/** A kind without an entry is told so in words; add `board: () => import("./board/Board.svelte")`. */
export const VIEWS: Partial<Record<ViewKind, Loader>> = {
  grid: () => import("./grid/Grid.svelte"),
  board: () => import("./board/Board.svelte"),
  calendar: () => import("./calendar/Calendar.svelte"),
  gallery: () => import("./gallery/Gallery.svelte"),
  timeline: () => import("./timeline/Timeline.svelte"),
  chart: () => import("./chart/ChartView.svelte"),
  form: () => import("./form/FormView.svelte"),
  dashboard: () => import("./dashboard/Dashboard.svelte"),
};
