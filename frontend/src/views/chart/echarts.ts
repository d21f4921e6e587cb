/** ECharts, only the parts that we draw with, fetched when the first chart is shown. */
import type { EChartsType } from "echarts/core";

export type Plot = EChartsType;

let loaded: Promise<(element: HTMLElement) => Plot> | null = null;

async function load(): Promise<(element: HTMLElement) => Plot> {
  const [core, charts, components, renderers] = await Promise.all([
    import("echarts/core"), import("./echarts-charts"), import("./echarts-components"), import("./echarts-canvas"),
  ]);
  core.use([...charts.default, ...components.default, ...renderers.default]);
  return (element) => core.init(element, null, { renderer: "canvas" });
}

/** A fresh plot on an element. */
export async function plotOn(element: HTMLElement): Promise<Plot> {
  loaded ??= load();
  try {
    return (await loaded)(element);
  } catch (error) {
    loaded = null;
    throw error;
  }
}
