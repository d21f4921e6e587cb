/** Text that becomes HTML (Trusted Types). Browsers that know them refuse all other text; the others have the page's policy alone.
 *
 * `default` is asked wherever a library writes HTML without a policy of its own: charts empty their place with "" and are let; nothing else is.
 * `pasted` is for what comes from the clipboard: it is parsed apart, read for its table, and never put into the page.
 */
interface Policies {
  createPolicy(name: string, rules: { createHTML(text: string): string | null }): { createHTML(text: string): unknown };
}
const policies = (globalThis as { trustedTypes?: Policies }).trustedTypes;

policies?.createPolicy("default", { createHTML: (text) => (text === "" ? "" : null) });
const clipboard = policies?.createPolicy("pasted", { createHTML: (text) => text });

export function pasted(html: string): string {
  return (clipboard?.createHTML(html) ?? html) as string;
}
