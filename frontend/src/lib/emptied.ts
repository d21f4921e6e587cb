/** The policy that browsers ask wherever a library writes HTML without one of its own (Trusted Types): charts empty their place with "". */
interface Policies {
  createPolicy(name: string, rules: { createHTML(text: string): string | null }): unknown;
}

(globalThis as { trustedTypes?: Policies }).trustedTypes?.createPolicy("default", { createHTML: (text) => (text === "" ? "" : null) });
