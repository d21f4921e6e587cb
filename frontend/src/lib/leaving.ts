/** Signing out: here, and at the identity provider where the session came from one that offers it. */
import { api } from "./api";

export async function signOut(): Promise<void> {
  const { url } = await api.post<{ url: string | null }>("/api/sso/sign-out", {});
  location.assign(url ?? "/");
}
