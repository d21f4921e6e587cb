/** The Lucide icons we use; `plugins/lucide.ts` bundles exactly these. One that is not here cannot be named. */
export const ICONS = [
  // acts
  "plus", "x", "check", "pencil", "trash-2", "copy", "copy-plus", "search", "settings-2", "refresh-cw", "undo-2", "redo-2", "upload",
  "download", "send", "arrow-up", "arrow-down", "arrow-left", "arrow-right", "arrow-up-right", "chevron-down", "chevron-up",
  "chevron-left", "chevron-right", "chevrons-up-down", "ellipsis", "ellipsis-vertical", "grip-vertical", "external-link", "expand",
  "maximize-2", "panel-left", "filter", "arrow-up-down", "rows-3", "columns-3", "eye", "eye-off", "lock", "square", "play", "code",
  "log-out", "move", "pin", "pin-off", "list-collapse", "arrow-up-narrow-wide", "arrow-down-wide-narrow", "fold-vertical", "palette",
  "wrap-text", "eraser", "share-2", "save", "rotate-ccw", "circle-plus", "circle-x", "message-square-plus", "keyboard", "command",
  // signs
  "triangle-alert", "circle-alert", "circle-help", "circle-check", "info", "history", "clock", "zap-off", "wifi-off", "sparkles",
  "thumbs-up", "hourglass", "ban", "flag", "bell", "loader-circle",
  // kinds of fields
  "type", "text", "hash", "percent", "calendar", "calendar-clock", "timer", "square-check", "circle-chevron-down", "list-checks", "star",
  "mail", "phone", "link", "link-2", "user", "sigma", "square-function", "paperclip", "image", "list-ordered", "calendar-plus",
  "user-plus", "user-pen", "coins", "euro", "dollar-sign", "waypoints", "telescope",
  // kinds of views and parts
  "table-2", "table", "kanban", "layout-grid", "chart-gantt", "chart-column", "chart-line", "chart-pie", "chart-area", "chart-scatter",
  "clipboard-list", "gauge", "zap", "bot", "cpu", "shield-check", "git-branch", "database", "message-square", "repeat", "webhook",
  "mouse-pointer-click", "bell-ring", "globe", "plug", "sun", "moon", "monitor", "key-round", "layers", "house", "users", "inbox",
  "slack", "message-circle", "terminal", "file-code", "github", "rss", "sliders-horizontal", "file-spreadsheet", "file", "file-text", "file-input", "folder", "layout-template", "donut",
  // what an app or a table is about
  "briefcase", "building", "building-2", "camera", "car", "truck", "package", "package-open", "box", "boxes", "warehouse", "shopping-cart",
  "shopping-bag", "store", "tag", "tags", "ticket", "receipt", "credit-card", "wallet", "banknote", "landmark", "piggy-bank", "calculator",
  "hammer", "wrench", "hard-hat", "factory", "plane", "ship", "map", "map-pin", "compass", "hotel", "bed", "utensils", "chef-hat", "coffee",
  "wine", "apple", "leaf", "sprout", "tree-pine", "paw-print", "heart", "heart-pulse", "stethoscope", "pill", "syringe", "graduation-cap",
  "book", "book-open", "library", "newspaper", "pen-tool", "brush", "music", "film", "video", "mic", "headphones", "gift", "trophy",
  "medal", "target", "rocket", "lightbulb", "bug", "flask-conical", "microscope", "scale", "gavel", "shield", "life-buoy", "handshake",
  "contact", "id-card", "badge-check", "megaphone", "party-popper", "dumbbell", "bike", "footprints", "baby", "school", "church", "tent",
  "sofa", "lamp", "laptop", "smartphone", "server", "cloud", "printer", "archive", "bookmark", "list", "list-todo", "notebook-pen",
  "calendar-days", "calendar-check", "alarm-clock", "circle-dollar-sign", "hand-coins", "trending-up", "activity", "recycle", "scissors",
  "shirt", "gem", "droplets", "flame", "snowflake", "tractor", "wheat", "fish", "anchor", "key", "door-open", "fence", "clipboard-check",
  "badge", "circle-user", "user-check", "users-round", "messages-square", "phone-call", "mails", "bus", "train-front", "fuel", "cog",
] as const;

export type IconName = (typeof ICONS)[number];

/** Those that suit an app or a table, for the icon picker. */
export const SUBJECTS: readonly IconName[] = ICONS.slice(ICONS.indexOf("briefcase"));
