/** Single sign-on: what the API tells of it, and what follows from it. */
import { api, path } from "./api";
import type { components } from "./schema";
import type { Items } from "./shapes";

type Schemas = components["schemas"];

export type SignOnKind = Schemas["SignOnKind"];
export type SignOnProvider = Schemas["SignOnProvider"];
export type SignOnMapping = Schemas["SignOnMapping"];
export type SignOnPolicy = Schemas["SignOnPolicy"];
export type SignOnCertificate = Schemas["SignOnCertificate"];
export type Reserved = Schemas["Reserved"];
export type SignOnTest = Schemas["SignOnTest"];
export type ProvedDomain = Schemas["Domain"];
export type ScimState = Schemas["ScimState"];
export interface Group {
  id: string;
  name: string;
}

/** Who does not manage sees the providers only, by their names. */
export const readSignOn = async (manages: boolean) => {
  if (!manages) {
    const providers = (await api.get<Items<SignOnProvider>>("/api/sso")).items;
    return { kinds: [] as SignOnKind[], reserved: null as Reserved | null, providers, domains: [] as ProvedDomain[], policy: { enforced: false, owners: 0, problems: [] } as SignOnPolicy, scim: { on: false } as ScimState, groups: [] as Group[] };
  }
  const [kinds, providers, domains, policy, scim, groups] = await Promise.all([
    api.get<Schemas["SignOnKinds"]>("/api/sso/kinds"),
    api.get<Items<SignOnProvider>>("/api/sso"),
    api.get<Items<ProvedDomain>>("/api/domains"),
    api.get<SignOnPolicy>("/api/sso/policy"),
    api.get<ScimState>("/api/scim"),
    api.get<Items<Group>>("/api/groups").catch(() => ({ items: [] as Group[] })),
  ]);
  return { kinds: kinds.items, reserved: kinds.reserved as Reserved | null, providers: providers.items, domains: domains.items, policy, scim, groups: groups.items };
};
export type SignOnState = Awaited<ReturnType<typeof readSignOn>>;

export const testProvider = (id: string) => api.post<SignOnTest>(path`/api/sso/${id}/test`, {});

/** To the provider and back: to be known by it, or only to see what it tells. */
export async function leaveFor(id: string, trying: boolean): Promise<void> {
  const { url } = await api.post<{ url: string }>(path`/api/sso/${id}/link`, { try: trying });
  location.assign(url);
}

export const ADDRESSES: Record<string, string> = {
  callback: "Callback (redirect URI)",
  signed_out: "After signing out (post-logout redirect URI), if it asks for it",
  logout: "Back-channel logout, if it offers it",
  acs: "Assertion consumer service (ACS)",
  entity: "Entity ID (audience)",
  metadata: "Metadata of Sayso, where it can read it",
  slo: "Single logout, if it offers it",
};
export const ROLES = [
  { id: "admin", label: "Admin" },
  { id: "builder", label: "Builder" },
  { id: "member", label: "Member" },
  { id: "viewer", label: "Viewer" },
  { id: "guest", label: "Guest" },
];
