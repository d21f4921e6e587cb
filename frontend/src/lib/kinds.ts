/** What each kind of field and view looks like: icon, name for people, alignment. */
import type { IconName } from "./icons";
import type { Field, FieldKind, Hue, ViewKind } from "./spec";

export interface Kind {
  icon: IconName;
  label: string;
  /** One line for the picker. */
  help: string;
  align: "start" | "end" | "center";
  /** Can be chosen when a field is added by hand. */
  pick: boolean;
}

const kind = (icon: IconName, label: string, help: string, align: Kind["align"] = "start", pick = true): Kind => ({
  icon, label, help, align, pick,
});

export const FIELD_KINDS: Record<FieldKind, Kind> = {
  text: kind("type", "Text", "One line"),
  long_text: kind("text", "Long text", "Several paragraphs, in Markdown"),
  number: kind("hash", "Number", "With a unit if you like", "end"),
  money: kind("coins", "Money", "An exact amount in one currency", "end"),
  percent: kind("percent", "Percent", "A share", "end"),
  date: kind("calendar", "Date", "A day", "end"),
  datetime: kind("calendar-clock", "Date and time", "A moment, shown in everyone’s own time zone", "end"),
  duration: kind("timer", "Duration", "Hours and minutes", "end"),
  checkbox: kind("square-check", "Checkbox", "Yes or no", "center"),
  select: kind("circle-chevron-down", "Choice", "One of a list"),
  multi_select: kind("list-checks", "Several choices", "Any of a list"),
  rating: kind("star", "Rating", "Stars"),
  email: kind("mail", "E-mail", "An address to write to"),
  phone: kind("phone", "Phone", "A number to call"),
  url: kind("link", "Web address", "A page to open"),
  person: kind("user", "Person", "Members of the workspace"),
  link: kind("link-2", "Link", "Rows of another table"),
  lookup: kind("telescope", "Lookup", "A field of the linked rows"),
  rollup: kind("sigma", "Rollup", "A figure over the linked rows", "end"),
  formula: kind("square-function", "Formula", "Worked out from other fields", "end"),
  file: kind("paperclip", "File", "Documents of any kind"),
  image: kind("image", "Picture", "Photos and drawings"),
  autonumber: kind("list-ordered", "Number of the row", "Given once, never again", "end"),
  created_at: kind("calendar-plus", "Created at", "When the row was made", "end"),
  updated_at: kind("history", "Changed at", "When the row was last changed", "end"),
  created_by: kind("user-plus", "Created by", "Who made the row"),
  updated_by: kind("user-pen", "Changed by", "Who changed the row last"),
  ai: kind("sparkles", "Written by a model", "From the row’s own fields; needs a model"),
};

export const VIEW_KINDS: Record<ViewKind, Kind> = {
  grid: kind("table-2", "Grid", "Rows and fields, like a spreadsheet"),
  board: kind("kanban", "Board", "Cards in columns"),
  calendar: kind("calendar", "Calendar", "Rows on their days"),
  gallery: kind("layout-grid", "Gallery", "Cards with pictures"),
  timeline: kind("chart-gantt", "Timeline", "Bars from start to end"),
  chart: kind("chart-column", "Chart", "One picture of the numbers"),
  form: kind("clipboard-list", "Form", "Others fill in a row"),
  dashboard: kind("gauge", "Dashboard", "Numbers, charts and lists on one page"),
};

export const HUES: readonly Hue[] = ["gray", "red", "orange", "yellow", "green", "teal", "cyan", "blue", "purple", "pink"];

/** Numbers and days stand at the end; a computed field stands where its result would. */
export function alignment(field: Field): Kind["align"] {
  if (field.kind === "formula" && (field.shown_as === "text" || field.shown_as === "checkbox")) return "start";
  if (field.kind === "rollup" && (field.summary === "join" || field.summary === "any" || field.summary === "all")) return "start";
  return FIELD_KINDS[field.kind].align;
}

export function fieldIcon(field: Field): IconName {
  if (field.kind === "money") return field.currency === "USD" ? "dollar-sign" : (field.currency ?? "EUR") === "EUR" ? "euro" : "coins";
  return FIELD_KINDS[field.kind].icon;
}
