/** From what a chart draws to the words that ECharts understands. Pure, so that it can be tested without a canvas. */

import type { Chart } from "../../lib/spec";
import type { Plotted } from "./series";

export type ChartShape = NonNullable<Chart["shape"]>;

/** Colours and type as the page has them now; all resolved, because a canvas knows no custom properties. */
export interface Looks {
  ink: string;
  ink2: string;
  ink3: string;
  line: string;
  line2: string;
  surface: string;
  tip: string;
  onTip: string;
  /** `s1` to `s6`; the sixth is for the rest. */
  series: readonly string[];
  font: string;
}

export interface Figures {
  /** `€21.4k`: on axes. */
  short(value: number): string;
  /** `€21,400.00`: everywhere else. */
  long(value: number): string;
}

export type Option = Record<string, unknown>;

const SLICE_GAP_PX = 2;
const SIDEWAYS_NAME_CHARACTERS = 12;
const SIDEWAYS_MAX = 12;

const colour = (looks: Looks, index: number, rest?: boolean): string => (rest || index === 5 ? looks.series[5]! : looks.series[index % 5]!);

/** Names that are long, and not too many: bars lie, so that every name can be read. */
export function isSideways(shape: ChartShape, p: Plotted, bucketed: boolean): boolean {
  return shape === "bar" && !bucketed && p.categories.length <= SIDEWAYS_MAX && p.categories.some((c) => c.name.length > SIDEWAYS_NAME_CHARACTERS);
}

function tooltip(looks: Looks, trigger: "axis" | "item"): Option {
  return {
    trigger, renderMode: "richText", confine: true, transitionDuration: 0, borderWidth: 0, padding: [8, 10],
    backgroundColor: looks.tip, textStyle: { color: looks.onTip, fontFamily: looks.font, fontSize: 12, lineHeight: 18 },
    axisPointer: trigger === "axis" ? { type: "line", lineStyle: { color: looks.line2, type: "solid" } } : undefined,
  };
}

const words = (looks: Looks): Option => ({ color: looks.ink3, fontFamily: looks.font, fontSize: 11 });

function nameAxis(p: Plotted, looks: Looks, shape: ChartShape, sideways: boolean): Option {
  return {
    type: "category", data: p.categories.map((c) => c.name), inverse: sideways, boundaryGap: shape === "bar" || shape === "scatter",
    axisLine: { lineStyle: { color: looks.line2 } }, axisTick: { show: false },
    axisLabel: { ...words(looks), color: sideways ? looks.ink2 : looks.ink3, hideOverlap: true, width: sideways ? 132 : 90, overflow: "truncate" },
  };
}

function figureAxis(looks: Looks, figures: Figures, whole: boolean): Option {
  return {
    type: "value", splitLine: { lineStyle: { color: looks.line } }, minInterval: whole ? 1 : undefined, splitNumber: 4,
    axisLabel: { ...words(looks), formatter: (v: number) => figures.short(v), hideOverlap: true },
  };
}

function axisTip(p: Plotted, figures: Figures): (marks: unknown) => string {
  return (marks) => {
    const all = (Array.isArray(marks) ? marks : [marks]) as { dataIndex: number; seriesName: string; seriesIndex: number }[];
    const first = all[0];
    if (!first) return "";
    const lines = all.map(({ dataIndex, seriesIndex }) => {
      const value = p.series[seriesIndex]?.values[dataIndex];
      return `${p.series.length > 1 ? p.series[seriesIndex]!.name + "  " : ""}${value == null ? "no figure" : figures.long(value)}`;
    });
    return [p.categories[first.dataIndex]?.name ?? "", ...lines].join("\n");
  };
}

function drawn(shape: ChartShape, p: Plotted, looks: Looks, stacked: boolean, sideways: boolean, cursor: string): Option[] {
  return p.series.map((s, i) => {
    const color = colour(looks, i, s.rest);
    const shared = { name: s.name, data: s.values, color, cursor, animation: false };
    if (shape === "bar") {
      const radius = stacked ? 0 : sideways ? [0, 3, 3, 0] : [3, 3, 0, 0];
      return {
        ...shared, type: "bar", stack: stacked ? "all" : undefined, barMaxWidth: 44, barMinHeight: 1,
        itemStyle: { color, borderRadius: radius, borderColor: looks.surface, borderWidth: stacked ? 1 : 0 },
      };
    }
    if (shape === "scatter") return { ...shared, type: "scatter", symbolSize: 9, itemStyle: { color, opacity: 0.85 } };
    return {
      ...shared, type: "line", symbol: "circle", symbolSize: 7, showSymbol: p.categories.length < 32, connectNulls: false,
      stack: shape === "area" && stacked ? "all" : undefined,
      lineStyle: { color, width: 2, type: shape === "line" && i % 2 === 1 ? [5, 4] : "solid" },
      areaStyle: shape === "area" ? { color, opacity: stacked ? 0.5 : 0.12 } : undefined,
    };
  });
}

function round(shape: "pie" | "donut", p: Plotted, looks: Looks, figures: Figures, cursor: string): Option {
  const values = p.series[0]?.values ?? [];
  const data = p.categories
    .map((c, i) => ({ name: c.name, value: values[i] ?? 0, index: i, itemStyle: { color: colour(looks, i, c.rest) } }))
    .filter((d) => d.value > 0);
  return {
    tooltip: { ...tooltip(looks, "item"), formatter: (m: { name: string; value: number; percent: number }) => `${m.name}\n${figures.long(m.value)}  ${Math.round(m.percent)}%` },
    series: [{
      type: "pie", radius: shape === "donut" ? ["58%", "88%"] : [0, "88%"], data, animation: false, cursor,
      label: { show: false }, labelLine: { show: false }, itemStyle: { borderColor: looks.surface, borderWidth: SLICE_GAP_PX },
      emphasis: { scale: true, scaleSize: 3 },
    }],
  };
}

/** The whole option. `numeric`: the categories are numbers, and lie where they belong on their axis. `pressed`: marks can be opened. */
export function option(shape: ChartShape, p: Plotted, looks: Looks, figures: Figures, how: { bucketed: boolean; additive: boolean; whole: boolean; numeric?: boolean; across?: (value: number) => string; pressed?: boolean }): Option {
  const cursor = how.pressed === false ? "default" : "pointer";
  if (shape === "pie" || shape === "donut") return round(shape, p, looks, figures, cursor);
  const sideways = isSideways(shape, p, how.bucketed);
  const stacked = how.additive && p.series.length > 1 && (shape === "bar" || shape === "area");
  const names = nameAxis(p, looks, shape, sideways);
  const values = figureAxis(looks, figures, how.whole);
  let series = drawn(shape, p, looks, stacked, sideways, cursor);
  let across: Option = names;
  if (shape === "scatter" && how.numeric) {
    across = { type: "value", scale: true, splitLine: { show: false }, axisLine: { lineStyle: { color: looks.line2 } }, axisLabel: { ...words(looks), formatter: how.across } };
    series = series.map((s, i) => ({ ...s, data: p.categories.map((c, n) => [Number(c.key), p.series[i]!.values[n]]) }));
  }
  return {
    textStyle: { fontFamily: looks.font }, animation: false,
    grid: { left: 4, right: 16, top: 12, bottom: 4, containLabel: true },
    tooltip: { ...tooltip(looks, "axis"), formatter: axisTip(p, figures) },
    xAxis: sideways ? values : across, yAxis: sideways ? names : values, series,
  };
}
