import { GridComponent, TooltipComponent } from "echarts/components";

export default [GridComponent, TooltipComponent];
