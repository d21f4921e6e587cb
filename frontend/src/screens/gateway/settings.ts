/** What a provider can be told beside address and key, as one types it. Pure. */

/** A setting as text: plain where it is plain, JSON where it is not. */
export const typedOf = (value: unknown): string => (value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value));

/** The setting that a text means. `example` says of which form it is. Throws an `Error` in words when it is to be JSON and is not. */
export function settingOf(text: string, example: string): unknown {
  const plain = text.trim();
  if (example === "true" || example === "false") return plain.toLowerCase() === "true" || plain.toLowerCase() === "yes";
  if (!/^[[{]/.test(example) && !/^[[{]/.test(plain)) return plain;
  try {
    return JSON.parse(plain);
  } catch {
    throw new Error(`is JSON, such as ${example}`);
  }
}
