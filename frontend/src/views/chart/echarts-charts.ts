import { BarChart, LineChart, PieChart, ScatterChart } from "echarts/charts";

export default [BarChart, LineChart, PieChart, ScatterChart];
