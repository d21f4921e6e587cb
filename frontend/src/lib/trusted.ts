/** Text that becomes HTML (Trusted Types). Browsers that know them refuse all other text; the others have the page's policy alone.
 *
 * `default` is asked wherever a library writes HTML without a policy of its own: charts empty their place with "" and are let; nothing else is.
 * `drawn` is for icons, which are bundled by the build and named, never given, by what people write.
 * `pasted` is for what comes from the clipboard: it is parsed apart, read for its table, and never put into the page.
 */
import "./emptied";

interface Policies {
  createPolicy(name: string, rules: { createHTML(text: string): string | null }): { createHTML(text: string): unknown };
}
const policies = (globalThis as { trustedTypes?: Policies }).trustedTypes;

const clipboard = policies?.createPolicy("pasted", { createHTML: (text) => text });

const drawings = policies?.createPolicy("drawn", { createHTML: (text) => text });
const drawnOnce = new Map<string, string>();

/** A drawing of our own set, which the build bundled; the same value for the same drawing, so that nothing is drawn twice. */
export function drawn(drawing: string): string {
  let trusted = drawnOnce.get(drawing);
  if (trusted === undefined) drawnOnce.set(drawing, (trusted = (drawings?.createHTML(drawing) ?? drawing) as string));
  return trusted;
}

export function pasted(html: string): string {
  return (clipboard?.createHTML(html) ?? html) as string;
}
