"""What people can sign on with, each with the form that asks for it. A preset fills in what is public knowledge about a provider."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import Any

from sayso.connections.kind import FormField, Option
from sayso.connections.sign_on import oidc
from sayso.connections.sign_on.ldap.directory import Directory
from sayso.errors import Invalid, Problem
from sayso.team.sso.providers import Kind

TEXT_LENGTH_MAX = 4_000
METADATA_LENGTH_MAX = 300_000


@dataclass(frozen=True, slots=True)
class SignOnKind:
    """`fixed` are settings that nobody has to type; `tried` says whether it was tried with a live account of that provider."""

    key: str
    kind: Kind
    label: str
    icon: str
    about: str
    fields: tuple[FormField, ...]
    fixed: Mapping[str, Any]
    groups: str = "groups"
    steps: tuple[str, ...] = ()
    """What to do at the provider, in order."""
    tried: bool = False
    called: Mapping[str, str] = field(default_factory=dict)
    """What it calls the addresses that it has to be told of us."""


def _client(secret: bool = True) -> tuple[FormField, ...]:
    return (
        FormField("client_id", "Client ID", required=True),
        FormField(
            "client_secret",
            "Client secret",
            "secret",
            help="" if secret else "Empty for a public client: PKCE protects the code all the same.",
        ),
    )


MORE = (
    FormField("scopes", "Scopes", default=oidc.SCOPES, advanced=True, help="Add one when groups come with it, such as groups."),
    FormField("email_claim", "Claim with the address", default="email", advanced=True),
    FormField("sign_out", "Signing out here signs out there", "switch", default=True, advanced=True, help="Where the provider offers it. Register the address after signing out there, too."),
    FormField("trust_email", "Take addresses as verified", "switch", default=False, advanced=True, help="For a provider that never says email_verified and that only your own people administer. With a domain that you have proved, its accounts are linked to people who are here."),
)  # fmt: skip


def _oidc(
    key: str,
    label: str,
    about: str,
    fields: tuple[FormField, ...],
    *,
    groups: str = "groups",
    steps: tuple[str, ...] = (),
    called: Mapping[str, str] | None = None,
    **fixed: Any,
) -> SignOnKind:
    form = (*fields, *_client(), *MORE)
    return SignOnKind(
        key, "oidc", label, "id-card", about, form, fixed, groups, steps, called=called or {"callback": "Redirect URI"}
    )


REDIRECT = "Copy the callback address below to where it asks for it."
SECRET = "Copy the client ID and the client secret that it shows into the form."
KINDS: dict[str, SignOnKind] = {
    one.key: one
    for one in (
        _oidc(
            "google", "Google", "Google Workspace. People of domains that you have proved come in.",
            (FormField("hd", "Your domain at Google", example="acme.example", help="Only accounts of this Google Workspace."),),
            steps=("In the Google Cloud console, open APIs & Services, Credentials, and create an OAuth client ID for a web application.", REDIRECT, SECRET),
            called={"callback": "Authorized redirect URIs"},
            issuer="https://accounts.google.com", groups="",
        ),
        _oidc(
            "entra", "Microsoft Entra ID", "Microsoft 365 and Azure AD.",
            (FormField("tenant", "Directory (tenant) ID", required=True, example="72f988bf-86f1-41af-91ab-2d7cd011db47"),),
            steps=("In the Entra admin center, open App registrations and register an application.", REDIRECT, "Copy the Application (client) ID and the Directory (tenant) ID from its overview into the form.", "Under Certificates & secrets make a client secret, and copy its value. Under Token configuration add the optional claim email, and a groups claim."),
            called={"callback": "Redirect URI (Web)"},
            issuer="https://login.microsoftonline.com/{tenant}/v2.0",
        ),
        _oidc(
            "okta", "Okta", "Okta Workforce Identity.", (FormField("host", "Okta domain", "host", required=True, example="acme.okta.com"),),
            steps=("In the Okta admin console, create an app integration: OIDC, web application.", REDIRECT, SECRET, "Under Sign On, add a groups claim to the ID token."),
            called={"callback": "Sign-in redirect URIs", "signed_out": "Sign-out redirect URIs"},
            issuer="https://{host}", scopes="openid email profile groups",
        ),
        _oidc(
            "keycloak", "Keycloak", "Your own Keycloak.",
            (
                FormField("host", "Host", "host", required=True, example="login.acme.example"),
                FormField("realm", "Realm", required=True, example="acme"),
            ),
            steps=("In the realm, create a client of type OpenID Connect with client authentication on.", REDIRECT, "Copy the client secret from the tab Credentials into the form.", "Add a mapper of type Group Membership with the claim name groups, without the full path."),
            called={"callback": "Valid redirect URIs", "signed_out": "Valid post logout redirect URIs", "logout": "Backchannel logout URL"},
            issuer="https://{host}/realms/{realm}",
        ),
        _oidc(
            "authentik", "authentik", "Your own authentik.",
            (
                FormField("host", "Host", "host", required=True, example="auth.acme.example"),
                FormField("slug", "Application slug", required=True, example="sayso"),
            ),
            steps=("Create a provider of type OAuth2/OpenID, confidential, and an application with it.", REDIRECT, SECRET),
            called={"callback": "Redirect URIs"},
            issuer="https://{host}/application/o/{slug}/",
        ),
        _oidc(
            "gitlab", "GitLab", "gitlab.com or your own GitLab.", (FormField("host", "Host", "host", required=True, default="gitlab.com", example="gitlab.com"),),
            groups="groups_direct",
            steps=("In your group's settings, open Applications and add one with the scopes openid, profile and email.", REDIRECT, "Copy the application ID and the secret that it shows into the form."),
            issuer="https://{host}",
        ),
        _oidc(
            "oidc", "OpenID Connect", "Any other provider that speaks OpenID Connect.",
            (FormField("issuer", "Issuer", "address", required=True, example="https://login.acme.example", help="Sayso finds the rest by itself."),),
            steps=("Register Sayso as a web application (authorization code, PKCE).", REDIRECT, SECRET),
            called={"callback": "Redirect URI", "signed_out": "Post-logout redirect URI", "logout": "Back-channel logout URI"},
        ),
        SignOnKind(
            "saml", "saml", "SAML 2.0", "shield-check", "Any provider that speaks SAML 2.0: ADFS, Okta, Entra, OneLogin, Shibboleth …",
            (
                FormField("metadata_url", "Address of its metadata", "address", example="https://idp.acme.example/metadata", help="Sayso fetches it, and again when the provider changes its certificate."),
                FormField("metadata", "Or its metadata", "lines", help="Paste the XML, where it has no address; or give the things below by hand.", example="<EntityDescriptor …"),
                FormField("entity", "Entity ID", example="https://idp.acme.example/metadata", advanced=True),
                FormField("url", "Sign-in address", "address", example="https://idp.acme.example/sso", advanced=True),
                FormField("logout_url", "Sign-out address", "address", advanced=True, example="https://idp.acme.example/slo", help="For HTTP-Redirect. Empty: signing out here ends the session here only."),
                FormField("certificate", "Certificate", "lines", example="-----BEGIN CERTIFICATE-----", advanced=True, help="Several one below the other, while it changes."),
                FormField("email_attribute", "Attribute with the address", advanced=True, help="Empty: the usual ones are looked for."),
                FormField("sign_requests", "Sign what we ask", "switch", default=False, advanced=True, help="With the certificate of Sayso, which the provider takes from our metadata. Messages on signing out are always signed."),
                FormField("sign_out", "Signing out here signs out there", "switch", default=True, advanced=True, help="Where the provider has an address for it."),
                FormField("unasked", "Let people in from its own portal", "switch", default=False, advanced=True, help="Sign-ins that were not begun here (IdP-initiated). People confirm them, since nobody can tell who sent them."),
            ),
            {}, "groups", ("Create an application for SAML 2.0.", "Copy the two addresses below to it, or let it read the metadata of Sayso.", "Let it sign the assertion with SHA-256, and send a persistent NameID, email, displayName and groups.", "Copy the address of its metadata into the form, or paste the file."),
            called={
                "acs": "Okta: Single sign-on URL · Entra ID: Reply URL (Assertion Consumer Service URL) · Google Workspace and authentik: ACS URL · Keycloak: Assertion Consumer Service POST Binding URL",
                "entity": "Okta: Audience URI (SP Entity ID) · Entra ID: Identifier (Entity ID) · Google Workspace: Entity ID · Keycloak: Client ID · authentik: Audience",
                "slo": "Entra ID: Logout URL · Keycloak: Logout Service Redirect Binding URL",
            },
        ),
        SignOnKind(
            "ldap", "ldap", "LDAP directory", "contact", "OpenLDAP, 389 Directory, FreeIPA: people type their name and password on Sayso's own page.",
            (
                FormField("host", "Host", "host", required=True, example="ldap.acme.example"),
                FormField("security", "Encryption", "choice", default="ldaps", choices=(Option("ldaps", "TLS from the start (ldaps)"), Option("starttls", "StartTLS"), Option("none", "None (this machine only)"))),
                FormField("port", "Port", "number", example="636", help="Empty: 636, or 389 with StartTLS."),
                FormField("bind_dn", "Who looks people up", example="cn=sayso,ou=services,dc=acme,dc=example", help="Empty: anonymously."),
                FormField("bind_password", "Its password", "secret"),
                FormField("base", "Below", required=True, example="ou=people,dc=acme,dc=example"),
                FormField("filter", "Filter", default="(&(objectClass=inetOrgPerson)(|(uid={name})(mail={name})))", help="{name} is what somebody types."),
                FormField("authority", "Certificate of its authority", "lines", advanced=True, example="-----BEGIN CERTIFICATE-----", help="Where this machine does not trust it anyway."),
                FormField("id", "Attribute that never changes", default="entryUUID", advanced=True),
                FormField("display", "Attribute with the name", default="cn", advanced=True),
                FormField("mail", "Attribute with the address", default="mail", advanced=True),
                FormField("member_of", "Attribute with groups", advanced=True, example="memberOf"),
                FormField("group_filter", "Filter for groups", default="(|(member={dn})(uniqueMember={dn})(memberUid={uid}))", advanced=True),
                FormField("group_base", "Groups below", advanced=True, example="ou=groups,dc=acme,dc=example"),
                FormField("group_name", "Attribute with a group's name", default="cn", advanced=True),
            ),
            {}, "groups", ("Make an entry that may look people up, and nothing else.",), tried=True,
        ),
    )
}  # fmt: skip
_LDAP = KINDS["ldap"]
_AD = {
    "filter": "(&(objectCategory=person)(objectClass=user)(|(sAMAccountName={name})(userPrincipalName={name})(mail={name}))(!(userAccountControl:1.2.840.113556.1.4.803:=2)))",
    "id": "objectGUID",
    "display": "displayName",
    "member_of": "memberOf",
    "group_filter": "",
}
KINDS["active_directory"] = SignOnKind(
    "active_directory", "ldap", "Active Directory", "contact", "Microsoft's directory in your own network, by LDAP.",
    tuple(replace(field, default=_AD.get(field.name, field.default)) for field in _LDAP.fields),
    {}, "memberOf", _LDAP.steps,
)  # fmt: skip
"""Presets, in the order in which they are offered."""


def kind_of(preset: str) -> SignOnKind:
    if preset not in KINDS:
        raise Invalid(Problem("preset", f"is one of {', '.join(KINDS)}", "oidc"))
    return KINDS[preset]


def checked(preset: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """The settings as they are kept. Raises `Invalid` with everything that is wrong."""
    kind = kind_of(preset)
    problems: list[Problem] = []
    known = {field.name: field for field in kind.fields if not field.secret}
    problems += [Problem(f"settings/{name}", "is not known here") for name in sorted(set(told) - set(known))]
    made: dict[str, Any] = {}
    for name, asked in known.items():
        made[name] = _value(asked, told.get(name, asked.default), problems)
    if problems:
        raise Invalid.of(problems)
    match kind.kind:
        case "oidc":
            made["issuer"] = oidc.checked_issuer(_filled(str(kind.fixed.get("issuer") or made.get("issuer") or ""), made))
            if kind.fixed.get("scopes") and made.get("scopes") == oidc.SCOPES:
                made["scopes"] = kind.fixed["scopes"]
            if made.get("tenant") in ("common", "organizations", "consumers"):
                raise Invalid(
                    Problem(
                        "settings/tenant", "is the ID of your own directory: with this one everybody's accounts would be let in"
                    )
                )
        case "ldap":
            Directory.of(made)
        case "saml":
            _saml(made)
    return made


def _value(field: FormField, value: Any, problems: list[Problem]) -> Any:
    path = f"settings/{field.name}"
    match field.kind:
        case "switch":
            if not isinstance(value, bool):
                problems.append(Problem(path, "is true or false", "false"))
            return bool(value)
        case "number":
            if value in (None, ""):
                return None
            if isinstance(value, bool) or not str(value).isdecimal() or len(str(value)) > 9:
                problems.append(Problem(path, "is a number", field.example or None))
                return None
            return int(value)
        case _:
            text = "" if value is None else value
            longest = METADATA_LENGTH_MAX if field.kind == "lines" else TEXT_LENGTH_MAX
            if not isinstance(text, str) or len(text) > longest or "\0" in text:
                problems.append(Problem(path, f"is a text of at most {longest:,} characters"))
                return ""
            if field.required and not text.strip():
                problems.append(Problem(path, "is needed", field.example or None))
            if field.kind == "choice" and text not in {choice.value for choice in field.choices}:
                problems.append(Problem(path, f"is one of {', '.join(choice.value for choice in field.choices)}"))
            return text.strip()


def _filled(pattern: str, made: Mapping[str, Any]) -> str:
    for name, value in made.items():
        pattern = pattern.replace(f"{{{name}}}", str(value or "").strip().strip("/"))
    return pattern


def _saml(made: dict[str, Any]) -> None:
    """Its metadata, where it was pasted, says all the rest; one that has an address is fetched by whoever may speak outwards."""
    sides, described = (import_module(f"sayso.team.sso.saml.{one}") for one in ("sides", "metadata"))
    if made["metadata"]:
        described_by(made, described.read(made["metadata"]))
    made["metadata"] = ""
    if made["metadata_url"]:
        oidc.checked_address(made["metadata_url"], "settings/metadata_url")
    missing = [name for name in ("entity", "url", "certificate") if not made[name]]
    if missing and not made["metadata_url"]:
        raise Invalid.of([Problem(f"settings/{name}", "is needed, or its metadata") for name in missing])
    if made["certificate"]:
        sides.certificates(made["certificate"])
    for name in ("url", "logout_url"):
        if made[name] and not made[name].startswith(("https://", "http://localhost", "http://127.0.0.1")):
            raise Invalid(Problem(f"settings/{name}", "begins with https://", "https://idp.acme.example/sso"))


def described_by(made: dict[str, Any], described: Any) -> None:
    """Takes over what a SAML provider's metadata says."""
    theirs = described.theirs
    made |= {
        "entity": theirs.entity,
        "url": theirs.url,
        "logout_url": theirs.logout,
        "answers_url": theirs.answers,
        "certificate": "\n".join(_pem(one) for one in theirs.certificates),
    }
    made["sign_requests"] = made.get("sign_requests") is True or described.wants_signed


def _pem(bare: str) -> str:
    lines = "\n".join(bare[at : at + 64] for at in range(0, len(bare), 64))
    return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----"
