/**
 * `virtual:lucide` and `virtual:lucide/subjects` hold the drawings of exactly those Lucide icons that `src/lib/icons.ts` names: the
 * first those that the product itself wears, the second those that an app or a table may be about, which come a moment later.
 * The whole set would weigh 610 kB. An unknown name stops the build.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Plugin } from "vite";

const IDS = ["virtual:lucide", "virtual:lucide/subjects"];
/** The first of them in the list. */
const SUBJECT = "briefcase";
const require = createRequire(import.meta.url);

export function lucide(list: string): Plugin {
  return {
    name: "lucide",
    resolveId: (id) => (IDS.includes(id) ? `\0${id}` : undefined),
    load(id) {
      if (!IDS.includes(id.slice(1))) return;
      this.addWatchFile(list);
      const set = JSON.parse(readFileSync(require.resolve("@iconify-json/lucide/icons.json"), "utf8"));
      const names = [...readFileSync(list, "utf8").matchAll(/"([a-z0-9-]+)"/g)].map((found) => found[1]!);
      const from = names.indexOf(SUBJECT);
      const drawings = (id.endsWith("subjects") ? names.slice(from) : names.slice(0, from)).map((name) => {
        const drawing = set.icons[name] ?? set.icons[set.aliases[name]?.parent];
        if (!drawing) this.error(`Lucide has no icon "${name}"`);
        return [name, inner(drawing.body)];
      });
      return `export default ${JSON.stringify(Object.fromEntries(drawings))};`;
    },
  };
}

/** Stroke settings live in `.icon` of base.css; a drawing keeps only its shapes. */
function inner(body: string): string {
  return body
    .replace(/ (fill="none"|stroke="currentColor"|stroke-linecap="round"|stroke-linejoin="round"|stroke-width="2")/g, "")
    .replace(/^<g>(.*)<\/g>$/, "$1");
}
