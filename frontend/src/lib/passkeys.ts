/** Passkeys in the browser: what the server says in base64url becomes bytes, and back. */

type Json = Record<string, unknown>;
interface Named {
  id: string;
}

export const canUsePasskeys = (): boolean => typeof PublicKeyCredential !== "undefined";

const bytes = (text: string): ArrayBuffer => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0)).buffer;
const text = (buffer: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const known = (list: unknown) => (list as Named[] | undefined)?.map((one) => ({ ...one, id: bytes(one.id) }));

/** Makes a new one on this device; null when the person thought better of it. */
export async function made(options: Json): Promise<Json | null> {
  const user = options.user as Named;
  const asked = { ...options, challenge: bytes(String(options.challenge)), user: { ...user, id: bytes(user.id) }, excludeCredentials: known(options.excludeCredentials) };
  return told(await unlessRefused(() => navigator.credentials.create({ publicKey: asked as unknown as PublicKeyCredentialCreationOptions })));
}

/** Shows one that there is; null when the person thought better of it. */
export async function shown(options: Json): Promise<Json | null> {
  const asked = { ...options, challenge: bytes(String(options.challenge)), allowCredentials: known(options.allowCredentials) };
  return told(await unlessRefused(() => navigator.credentials.get({ publicKey: asked as unknown as PublicKeyCredentialRequestOptions })));
}

async function unlessRefused(act: () => Promise<Credential | null>): Promise<Credential | null> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof DOMException && ["NotAllowedError", "AbortError"].includes(error.name)) return null;
    throw error;
  }
}

function told(credential: Credential | null): Json | null {
  if (!credential) return null;
  const one = credential as PublicKeyCredential;
  const said = one.response as AuthenticatorAttestationResponse & AuthenticatorAssertionResponse;
  const response: Json = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"] as const)
    if (said[name]) response[name] = text(said[name]);
  if (said.getTransports) response.transports = said.getTransports();
  return { id: one.id, rawId: text(one.rawId), type: one.type, response };
}
