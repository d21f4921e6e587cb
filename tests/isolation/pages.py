"""What strangers may have at each public page: with an id or a secret of another workspace in the address where the page takes one."""

from typing import Literal, NamedTuple

What = Literal["nothing", "open"]
"""`open`: what a public form says to anybody."""


class Stranger(NamedTuple):
    """`seeds` are what is put into the path, one after the other: names of ids, or of secrets in `World.inside`."""

    seeds: tuple[str, ...] = ("",)
    may: What = "nothing"


IDS = (
    "app",
    "view",
    "row",
    "file",
    "drafts",
    "imports",
    "approval",
    "run",
    "conversation",
    "card",
    "tokens",
    "connection",
    "webhook",
    "key",
)
"""Names that are no secret: put where a secret is asked for, they open nothing."""
SECRETS = ("form_share", "hook", "token_withdrawn", "session_ended", "oauth_code")
"""Secrets of other doors: none opens this one. (A live session and a sign-in link are let out: what they open is theirs who have them.)"""
ANYBODY = Stranger()

PAGES: dict[str, Stranger] = {
    "/f/{token}": Stranger((*IDS, "form_share", "hook", "approval_secret"), "open"),
    "/f/{token}/sent": Stranger((*IDS, "form_share", "hook", "approval_secret"), "open"),
    "/f/{token}/challenge": Stranger((*IDS, "form_share", "hook", "approval_secret")),
    "/f/{token}/password": Stranger((*IDS, "form_share", "hook", "approval_secret")),
    "/share/{token}": Stranger((*IDS, *SECRETS, "approval_secret")),
    "/share/{token}/password": Stranger((*IDS, *SECRETS, "approval_secret")),
    "/share/{token}/rows.csv": Stranger((*IDS, *SECRETS)),
    "/share/{token}/files/{file}": Stranger((*IDS, *SECRETS)),
    "/share/{token}/files/{file}/thumbnail": Stranger((*IDS, *SECRETS)),
    "/sign-in/{token}": Stranger((*IDS, *SECRETS, "approval_secret")),
    "/approve/{token}": Stranger((*IDS, *SECRETS)),
    "/sso/{sso}/start": Stranger(("app", "provider")),
    "/sso/{sso}/callback": Stranger(("sso", "app")),
    "/sso/{sso}/acs": Stranger(("sso", "app")),
    "/sso/{sso}/landing/{secret}": Stranger((*IDS, *SECRETS)),
    "/sso/{sso}/metadata": Stranger(("sso", "app")),
    "/sso/{sso}/logout": Stranger(("sso", "app")),
    "/sso/{sso}/slo": Stranger(("sso", "app")),
    "/sso/{sso}/signed-out": Stranger(("sso", "app")),
    **dict.fromkeys((f"/scim/v2/{kind}/{{id}}" for kind in ("Users", "Groups", "ResourceTypes", "Schemas")), Stranger(("app", "key"))),
    **dict.fromkeys((f"/scim/v2/{kind}{end}" for kind in ("Users", "Groups") for end in ("", "/.search")), ANYBODY),
    **dict.fromkeys((f"/scim/v2/{kind}" for kind in ("ServiceProviderConfig", "ResourceTypes", "Schemas")), ANYBODY),
    "/letters/{token}": Stranger((*IDS, *SECRETS, "approval_secret")),
    "/signin/link/{token:path}": Stranger((*IDS, *SECRETS, "approval_secret")),
    "/signin/reset/{token:path}": Stranger((*IDS, *SECRETS, "approval_secret")),
    "/hooks/{token}": Stranger((*IDS, "form_share", "approval_secret", "session_ended")),
    "/join/{secret}": Stranger((*IDS, *SECRETS, "approval_secret")),
    "/confirm/{secret}": Stranger((*IDS, *SECRETS, "approval_secret")),
    "/look/{name}": Stranger(("file", "app")),
    "/models.{ending}": Stranger(("app",)),
    "/models/providers/{provider}": Stranger(("provider",)),
    "/models/{id}/card.png": Stranger(("app", "alias")),
    "/models/{id}/figures.{ending}": Stranger(("app",)),
    "/models/{id:path}": Stranger(("app", "alias")),
    "/api/models/{id:path}": Stranger(("app", "alias")),
    "/compare/{names}/card.png": Stranger(("app",)),
    "/compare/{names}/figures.{ending}": Stranger(("app",)),
    "/compare/{names:path}": Stranger(("app",)),
    "/sitemap-{number:int}.xml": Stranger(("row",)),
    **dict.fromkeys(
        (
            "/.well-known/security.txt",
            *(f"/signin{rest}" for rest in ("", "/code", "/link", "/reset", "/password", "/passkey", "/second")),
            *(f"/signin{rest}" for rest in ("/passkey/challenge", "/second/passkey", "/second/passkey/challenge")),
            "/healthz", "/metrics", "/sign-in", "/oauth/callback", "/oauth/register", "/oauth/authorize", "/oauth/token", "/oauth/revoke",
            "/mcp", "/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp",
            "/.well-known/oauth-authorization-server", "/.well-known/oauth-authorization-server/mcp", "/api/models", "/api/models/changes",
            "/api/models/comparison", "/api/models/costs", "/api/models/export", "/api/docs", "/api/openapi.json", "/models", "/models.png",
            "/models/changes", "/models/changes.atom", "/models/providers", "/compare", "/sitemap.xml", "/robots.txt",
        ),
        ANYBODY,
    ),
}  # fmt: skip
