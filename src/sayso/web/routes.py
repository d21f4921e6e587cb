"""Every address of Sayso, on one page.

The handlers are named after what they do to the thing their file is about. Everything in `API` and `LIVE` needs a member or
a token; everything in `PUBLIC` is for anybody, and shows nothing of a workspace but what a link was made for.
"""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from sayso.web import health, hooks, live, metrics
from sayso.web.api import (
    ai_values,
    approvals,
    apps,
    audit,
    automation_calls,
    automations,
    cards,
    comments,
    connection_operations,
    connection_tools,
    connections,
    conversations,
    coworkers,
    drafts,
    exports,
    exposures,
    files,
    fills,
    formulas,
    groups,
    history,
    imports,
    me,
    me_passkeys,
    me_password,
    me_security,
    me_totp,
    members,
    models,
    notifications,
    plans,
    preferences,
    questions,
    rows,
    runs,
    schedules,
    search,
    session,
    session_proof,
    shares,
    sign_in_policy,
    slots,
    sources,
    templates,
    tokens,
    trash,
    tries,
    undos,
    versions,
    webhook_in,
    webhooks,
    workspace,
)
from sayso.web.api.gateway import aliases, budgets, calls, elsewhere, ledger, providers, usage
from sayso.web.api.gateway import keys as gateway_keys
from sayso.web.api.gateway import settings as gateway_settings
from sayso.web.api.trials import estimates, measurements, promotions, trial_cases, trial_parts, trials
from sayso.web.mcp import endpoint as mcp
from sayso.web.oauth import authorize, metadata
from sayso.web.oauth import tokens as oauth_tokens
from sayso.web.pages import approve, consent, form, letters, look, reference, security_txt, sign_in
from sayso.web.pages.directory import card, catalogue, comparison, downloads, makers, model_page, news, sitemap
from sayso.web.pages.directory.shown import for_anybody
from sayso.web.pages.share import view as public_view
from sayso.web.pages.signin import code as signin_code
from sayso.web.pages.signin import link as signin_link
from sayso.web.pages.signin import passkey as signin_passkey
from sayso.web.pages.signin import password as signin_password
from sayso.web.pages.signin import reset as signin_reset
from sayso.web.pages.signin import second as signin_second
from sayso.web.pages.signin import start as signin_start

FILE_BYTES_MAX = 100 * 2**20
IMPORT_BYTES_MAX = 2**30
WISH_BYTES_MAX = 1 * 2**20


class Page(NamedTuple):
    verb: str
    path: str
    handler: Callable[[Request], Awaitable[Response]]


class Address(NamedTuple):
    verb: str
    path: str
    handler: Callable[..., Any]
    status: int = 200
    bytes_max: int | None = None
    """Of the request, when it may hold more than a JSON body does."""
    answers: type[BaseModel] | None = None
    """The shape of what a handler sends as ready bytes."""


CALL_BYTES_MAX = 32 * 2**20
"""Of the playground's: pictures are part of them."""

DOCUMENT_BYTES_MAX = 24 * 2**20
"""Of an OpenAPI document, as a text within JSON."""

APP = "/api/apps/{app}"
TABLE = "/api/apps/{app}/tables/{table}"
SOURCE = "/api/apps/{app}/tables/{table}/source"
ROW = "/api/apps/{app}/tables/{table}/rows/{row}"
DRAFT = "/api/drafts/{id}"
IMPORT = "/api/imports/{id}"
GATEWAY = "/api/gateway"
TRIAL = "/api/trials/{id}"
AUTOMATION = "/api/apps/{app}/automations/{automation}"
RUN = "/api/runs/{run}"
SHARE = "/api/shares/{share}"
COWORKER = "/api/coworkers/{coworker}"
CONVERSATION = "/api/conversations/{conversation}"
CARD = "/api/cards/{card}"
CONNECTION = "/api/connections/{connection}"
WEBHOOK = "/api/webhooks/{webhook}"

API = (
    Address("GET", "/api/session", session.show),
    Address("DELETE", "/api/session", session.end, 204),
    Address("GET", "/api/me", me.show),
    Address("PATCH", "/api/me", me.update),
    Address("GET", "/api/me/preferences", preferences.show),
    Address("PATCH", "/api/me/preferences", preferences.update),
    Address("PUT", "/api/me/preferences/apps/{app}", preferences.follow),
    Address("GET", "/api/session/proof", session_proof.show),
    Address("POST", "/api/session/proof", session_proof.create),
    Address("POST", "/api/session/proof/challenge", session_proof.challenge),
    Address("GET", "/api/me/security", me_security.show),
    Address("DELETE", "/api/me/security/invitation", me_security.put_aside, 204),
    Address("PUT", "/api/me/password", me_password.update, 204),
    Address("DELETE", "/api/me/password", me_password.remove, 204),
    Address("GET", "/api/me/passkeys", me_passkeys.listed),
    Address("POST", "/api/me/passkeys", me_passkeys.create, 201),
    Address("POST", "/api/me/passkeys/challenge", me_passkeys.challenge),
    Address("PATCH", "/api/me/passkeys/{passkey}", me_passkeys.rename),
    Address("DELETE", "/api/me/passkeys/{passkey}", me_passkeys.remove, 204),
    Address("POST", "/api/me/totp", me_totp.create, 201),
    Address("PUT", "/api/me/totp", me_totp.confirm),
    Address("DELETE", "/api/me/totp", me_totp.remove, 204),
    Address("POST", "/api/me/recovery-codes", me_totp.fresh, 201),
    Address("GET", "/api/workspace/sign-in", sign_in_policy.show),
    Address("PUT", "/api/workspace/sign-in", sign_in_policy.update),
    Address("GET", "/api/members", members.listed),
    Address("GET", "/api/workspace", workspace.show),
    Address("PATCH", "/api/workspace", workspace.update),
    Address("GET", "/api/tokens", tokens.listed),
    Address("POST", "/api/tokens", tokens.create, 201),
    Address("POST", "/api/tokens/{id}/rotation", tokens.rotate),
    Address("DELETE", "/api/tokens/{id}", tokens.remove, 204),
    Address("GET", "/api/audit", audit.listed),
    Address("GET", "/api/audit/kinds", audit.kinds),
    Address("GET", "/api/audit/export", audit.export),
    Address("GET", "/api/audit/verification", audit.verification),
    Address("GET", "/api/audit/settings", audit.settings),
    Address("PATCH", "/api/audit/settings", audit.change_settings),
    Address("GET", "/api/audit/streams", audit.streams),
    Address("POST", "/api/audit/streams", audit.stream, 201),
    Address("GET", "/api/search", search.show),
    #
    Address("GET", "/api/apps", apps.listed),
    Address("POST", "/api/apps", apps.create, 201),
    Address("GET", APP, apps.show),
    Address("PATCH", APP, apps.update),
    Address("DELETE", APP, apps.remove, 204),
    Address("DELETE", f"{APP}/samples", apps.remove_samples, 204),
    Address("POST", f"{APP}/plans", plans.create),
    Address("GET", f"{APP}/versions", versions.listed),
    Address("POST", f"{APP}/versions", versions.create, 201),
    Address("GET", f"{APP}/versions/{{number}}", versions.show),
    Address("GET", f"{APP}/undos", undos.show),
    Address("POST", f"{APP}/undos", undos.back),
    Address("POST", f"{APP}/redos", undos.again),
    Address("POST", f"{APP}/formulas", formulas.create),
    Address("POST", f"{APP}/sources", sources.create, 201),
    Address("GET", SOURCE, sources.show),
    Address("PUT", SOURCE, sources.update),
    Address("DELETE", SOURCE, sources.remove, 204),
    Address("POST", f"{SOURCE}/preview", sources.preview),
    Address("GET", f"{SOURCE}/syncs", sources.syncs),
    Address("POST", f"{SOURCE}/syncs", sources.begin, 202),
    Address("GET", f"{SOURCE}/syncs/{{sync}}", sources.sync),
    Address("DELETE", f"{SOURCE}/syncs/{{sync}}", sources.cancel, 204),
    Address("GET", f"{SOURCE}/conflicts", sources.waiting),
    Address("POST", f"{SOURCE}/conflicts", sources.settle),
    Address("GET", f"{CONNECTION}/tables", sources.places),
    Address("GET", f"{APP}/exposure", exposures.show),
    Address("GET", f"{APP}/shares", shares.of_app),
    Address("POST", f"{APP}/shares", shares.create, 201),
    Address("GET", "/api/shares", shares.listed),
    Address("DELETE", "/api/shares", shares.remove_all),
    Address("GET", SHARE, shares.show),
    Address("PATCH", SHARE, shares.update),
    Address("DELETE", SHARE, shares.remove, 204),
    #
    Address("GET", f"{TABLE}/rows", rows.page, answers=rows.RowPage),
    Address("POST", f"{TABLE}/rows", rows.create, 201, answers=rows.Rows),
    Address("PATCH", f"{TABLE}/rows", rows.update_many, answers=rows.Rows),
    Address("DELETE", f"{TABLE}/rows", rows.remove_many, 204),
    Address("GET", ROW, rows.show, answers=rows.Row),
    Address("PATCH", ROW, rows.update, answers=rows.Row),
    Address("DELETE", ROW, rows.remove, 204),
    Address("PUT", f"{ROW}/position", rows.move, answers=rows.Row),
    Address("GET", f"{ROW}/history", history.listed),
    Address("GET", f"{ROW}/comments", comments.listed),
    Address("POST", f"{ROW}/comments", comments.create, 201),
    Address("PATCH", f"{ROW}/comments/{{comment}}", comments.update),
    Address("DELETE", f"{ROW}/comments/{{comment}}", comments.remove, 204),
    Address("PUT", f"{ROW}/comments/{{comment}}/reactions/{{reaction}}", comments.react),
    Address("DELETE", f"{ROW}/comments/{{comment}}/reactions/{{reaction}}", comments.unreact),
    Address("GET", f"{ROW}/audience", comments.audience),
    Address("GET", f"{TABLE}/comment-counts", comments.counts),
    Address("POST", f"{TABLE}/fields/{{field}}/try", tries.create),
    Address("GET", f"{APP}/fills", fills.listed),
    Address("POST", f"{APP}/fills", fills.create, 201),
    Address("GET", f"{APP}/fills/{{fill}}", fills.show),
    Address("PATCH", f"{APP}/fills/{{fill}}", fills.update),
    Address("DELETE", f"{APP}/fills/{{fill}}", fills.cancel, 204),
    Address("GET", f"{ROW}/ai/{{field}}", ai_values.show),
    Address("POST", f"{ROW}/ai/{{field}}", ai_values.create, 201),
    Address("PUT", f"{ROW}/ai/{{field}}", ai_values.accept),
    Address("POST", f"{TABLE}/questions", questions.create),
    Address("GET", f"{APP}/slots", slots.listed),
    Address("PUT", f"{APP}/slots/{{slot}}", slots.switch),
    Address("GET", f"{APP}/slots/{{slot}}/preview", slots.preview),
    Address("GET", "/api/slots", slots.of_workspace_listed),
    Address("PUT", "/api/slots/{slot}", slots.switch_workspace),
    Address("GET", "/api/slots/{slot}/preview", slots.preview_workspace),
    Address("GET", f"{TABLE}/groups", groups.groups),
    Address("GET", f"{TABLE}/aggregates", groups.aggregates),
    Address("GET", f"{TABLE}/summaries", groups.summaries),
    Address("GET", f"{TABLE}/export", exports.show),
    Address("GET", f"{TABLE}/trash", trash.rows, answers=trash.TrashedRows),
    Address("POST", f"{TABLE}/restorations", trash.restore_rows, answers=rows.Rows),
    Address("GET", "/api/trash", trash.apps),
    Address("POST", "/api/trash/restorations", trash.restore_app),
    #
    Address("POST", "/api/files", files.create, 201, FILE_BYTES_MAX),
    Address("GET", "/api/files/{file}", files.show),
    Address("GET", "/api/files/{file}/thumbnail", files.thumbnail),
    Address("POST", "/api/imports", imports.create, 201, IMPORT_BYTES_MAX),
    Address("GET", IMPORT, imports.show),
    Address("POST", f"{IMPORT}/start", imports.start),
    Address("DELETE", IMPORT, imports.cancel, 204),
    Address("GET", f"{IMPORT}/refused", imports.refused),
    #
    Address("GET", "/api/drafts", drafts.listed),
    Address("POST", "/api/drafts", drafts.create, 201, WISH_BYTES_MAX),
    Address("GET", DRAFT, drafts.show),
    Address("PATCH", DRAFT, drafts.update),
    Address("DELETE", DRAFT, drafts.remove, 204),
    Address("POST", f"{DRAFT}/messages", drafts.say),
    Address("DELETE", f"{DRAFT}/planning", drafts.stop),
    Address("POST", f"{DRAFT}/acceptance", drafts.accept, 201),
    Address("GET", f"{DRAFT}/events", drafts.events),
    Address("GET", "/api/builder", drafts.who),
    Address("GET", "/api/templates", templates.listed),
    Address("GET", "/api/trials", trials.listed),
    Address("POST", "/api/trials", trials.create, 201),
    Address("GET", "/api/trials/parts", trial_parts.listed),
    Address("POST", "/api/trials/estimates", estimates.create),
    Address("GET", TRIAL, trials.show),
    Address("PATCH", TRIAL, trials.update),
    Address("DELETE", TRIAL, trials.remove, 204),
    Address("POST", f"{TRIAL}/cancellation", trials.cancel),
    Address("POST", f"{TRIAL}/continuation", trials.go_on),
    Address("POST", f"{TRIAL}/contenders", trials.add, 201),
    Address("GET", f"{TRIAL}/cases", trial_cases.listed),
    Address("PUT", f"{TRIAL}/cases/{{case}}/votes", trial_cases.vote),
    Address("GET", f"{TRIAL}/pairs", trial_cases.pair),
    Address("POST", f"{TRIAL}/promotions", promotions.create),
    Address("GET", "/api/models/{id:path}/measurements", measurements.listed),
    Address("GET", "/api/wishes", templates.wishes),
    #
    Address("GET", "/api/coworkers", coworkers.listed),
    Address("POST", "/api/coworkers", coworkers.create, 201),
    Address("GET", COWORKER, coworkers.show),
    Address("PATCH", COWORKER, coworkers.update),
    Address("DELETE", COWORKER, coworkers.remove, 204),
    Address("GET", f"{COWORKER}/conversations", conversations.listed),
    Address("POST", f"{COWORKER}/conversations", conversations.create, 201),
    Address("GET", f"{COWORKER}/memories", coworkers.remembered),
    Address("DELETE", f"{COWORKER}/memories", coworkers.forget_all, 204),
    Address("DELETE", f"{COWORKER}/memories/{{memory}}", coworkers.forget, 204),
    Address("GET", f"{COWORKER}/knowledge", coworkers.knowledge),
    Address("POST", f"{COWORKER}/knowledge", coworkers.read_again),
    Address("GET", f"{COWORKER}/usage", coworkers.used),
    Address("GET", CONVERSATION, conversations.show),
    Address("PATCH", CONVERSATION, conversations.update),
    Address("DELETE", CONVERSATION, conversations.remove, 204),
    Address("POST", f"{CONVERSATION}/messages", conversations.say),
    Address("GET", f"{CONVERSATION}/run", conversations.follow),
    Address("DELETE", f"{CONVERSATION}/run", conversations.stop, 204),
    Address("GET", CARD, cards.show),
    Address("PATCH", CARD, cards.update),
    Address("POST", f"{CARD}/approval", cards.approve),
    Address("POST", f"{CARD}/refusal", cards.refuse),
    #
    Address("GET", "/api/runs", runs.listed),
    Address("GET", RUN, runs.show),
    Address("POST", f"{RUN}/cancel", runs.cancel),
    Address("POST", f"{RUN}/pause", runs.pause),
    Address("POST", f"{RUN}/resume", runs.resume),
    Address("POST", f"{RUN}/retry", runs.retry),
    Address("POST", f"{RUN}/replay", runs.replay, 201),
    Address("GET", f"{AUTOMATION}/runs", runs.of_automation),
    Address("POST", f"{AUTOMATION}/tries", runs.create, 201),
    Address("GET", f"{AUTOMATION}/names", runs.offered),
    Address("GET", "/api/automations/failures", runs.failures),
    Address("GET", "/api/automations", automations.of_workspace),
    Address("GET", "/api/automations/calendar", schedules.calendar),
    Address("GET", "/api/schedules/preview", schedules.preview),
    Address("GET", f"{APP}/automations", automations.listed),
    Address("GET", AUTOMATION, automations.show),
    Address("PATCH", AUTOMATION, automations.switch),
    Address("POST", f"{AUTOMATION}/press", automations.press, 202),
    Address("POST", f"{AUTOMATION}/call", automation_calls.create, 202),
    Address("GET", f"{AUTOMATION}/webhook", webhook_in.show),
    Address("POST", f"{AUTOMATION}/webhook", webhook_in.update),
    #
    Address("GET", "/api/notifications", notifications.listed),
    Address("PATCH", "/api/notifications", notifications.update_all),
    Address("PATCH", "/api/notifications/{id}", notifications.update),
    Address("GET", "/api/approvals", approvals.listed),
    Address("GET", "/api/approvals/{approval}", approvals.show),
    Address("POST", "/api/approvals/{approval}/decision", approvals.decide),
    Address("GET", "/api/connections", connections.listed),
    Address("POST", "/api/connections", connections.create, 201),
    Address("GET", "/api/connections/kinds", connections.kinds),
    Address("GET", CONNECTION, connections.show),
    Address("PATCH", CONNECTION, connections.update),
    Address("DELETE", CONNECTION, connections.remove, 204),
    Address("POST", f"{CONNECTION}/test", connections.test),
    Address("PUT", f"{CONNECTION}/secret", connections.renew),
    Address("GET", f"{CONNECTION}/uses", connections.uses),
    Address("POST", f"{CONNECTION}/authorize", connections.authorize),
    Address("GET", f"{CONNECTION}/tools", connection_tools.show),
    Address("PUT", f"{CONNECTION}/tools", connection_tools.approve),
    Address("GET", f"{CONNECTION}/operations", connection_operations.show),
    Address("PUT", f"{CONNECTION}/operations", connection_operations.renew, 200, DOCUMENT_BYTES_MAX),
    Address("GET", "/api/webhooks", webhooks.listed),
    Address("POST", "/api/webhooks", webhooks.create, 201),
    Address("GET", "/api/webhooks/events", webhooks.events),
    Address("GET", WEBHOOK, webhooks.show),
    Address("PATCH", WEBHOOK, webhooks.update),
    Address("DELETE", WEBHOOK, webhooks.remove, 204),
    Address("PUT", f"{WEBHOOK}/secret", webhooks.rotate),
    Address("GET", f"{WEBHOOK}/deliveries", webhooks.sent),
    Address("POST", f"{WEBHOOK}/deliveries", webhooks.ping, 201),
    Address("POST", f"{WEBHOOK}/deliveries/{{delivery}}/replay", webhooks.replay, 201),
    #
    Address("GET", f"{GATEWAY}/settings", gateway_settings.show),
    Address("PATCH", f"{GATEWAY}/settings", gateway_settings.update),
    Address("GET", f"{GATEWAY}/kinds", providers.kinds),
    Address("GET", f"{GATEWAY}/providers", providers.listed),
    Address("POST", f"{GATEWAY}/providers", providers.create, 201),
    Address("GET", f"{GATEWAY}/providers/{{provider}}", providers.show),
    Address("PATCH", f"{GATEWAY}/providers/{{provider}}", providers.update),
    Address("DELETE", f"{GATEWAY}/providers/{{provider}}", providers.remove, 204),
    Address("POST", f"{GATEWAY}/providers/{{provider}}/tests", providers.test),
    Address("GET", f"{GATEWAY}/aliases", aliases.listed),
    Address("POST", f"{GATEWAY}/aliases", aliases.create, 201),
    Address("GET", f"{GATEWAY}/aliases/{{alias}}", aliases.show),
    Address("PATCH", f"{GATEWAY}/aliases/{{alias}}", aliases.update),
    Address("DELETE", f"{GATEWAY}/aliases/{{alias}}", aliases.remove, 204),
    Address("GET", f"{GATEWAY}/keys", gateway_keys.listed),
    Address("POST", f"{GATEWAY}/keys", gateway_keys.create, 201),
    Address("GET", f"{GATEWAY}/keys/{{key}}", gateway_keys.show),
    Address("PATCH", f"{GATEWAY}/keys/{{key}}", gateway_keys.update),
    Address("DELETE", f"{GATEWAY}/keys/{{key}}", gateway_keys.remove, 204),
    Address("GET", f"{GATEWAY}/budgets", budgets.listed),
    Address("POST", f"{GATEWAY}/budgets", budgets.create, 201),
    Address("GET", f"{GATEWAY}/budgets/{{budget}}", budgets.show),
    Address("PATCH", f"{GATEWAY}/budgets/{{budget}}", budgets.update),
    Address("DELETE", f"{GATEWAY}/budgets/{{budget}}", budgets.remove, 204),
    Address("GET", f"{GATEWAY}/usage", usage.show),
    Address("GET", f"{GATEWAY}/usage/elsewhere", elsewhere.show),
    Address("GET", f"{GATEWAY}/calls", ledger.listed),
    Address("POST", f"{GATEWAY}/calls", calls.create, 200, CALL_BYTES_MAX),
    Address("GET", f"{GATEWAY}/calls.csv", ledger.export),
    Address("GET", f"{GATEWAY}/calls/{{call}}", ledger.show),
    Address("GET", f"{GATEWAY}/models", calls.models),
)

LIVE = ("/api/live", live.live)

PUBLIC = (
    Page("GET", "/healthz", health.show),
    Page("GET", "/metrics", metrics.show),
    Page("GET", "/.well-known/security.txt", security_txt.show),
    Page("GET", "/sign-in", sign_in.ask),
    Page("GET", "/sign-in/{token}", sign_in.show),
    Page("POST", "/sign-in/{token}", sign_in.enter),
    Page("GET", "/signin", signin_start.show),
    Page("POST", "/signin/password", signin_password.enter),
    Page("GET", "/signin/link", signin_link.ask),
    Page("POST", "/signin/link", signin_link.send),
    Page("GET", "/signin/link/{token:path}", signin_link.show),
    Page("POST", "/signin/link/{token:path}", signin_link.enter),
    Page("POST", "/signin/passkey/challenge", signin_passkey.ask),
    Page("POST", "/signin/passkey", signin_passkey.enter),
    Page("GET", "/signin/code", signin_code.show),
    Page("POST", "/signin/code", signin_code.enter),
    Page("GET", "/signin/second", signin_second.show),
    Page("POST", "/signin/second", signin_second.confirm),
    Page("POST", "/signin/second/passkey/challenge", signin_second.ask_passkey),
    Page("POST", "/signin/second/passkey", signin_second.add_passkey),
    Page("GET", "/signin/reset", signin_reset.ask),
    Page("POST", "/signin/reset", signin_reset.send),
    Page("GET", "/signin/reset/{token:path}", signin_reset.show),
    Page("POST", "/signin/reset/{token:path}", signin_reset.change),
    Page("GET", "/f/{token}", form.show),
    Page("POST", "/f/{token}", form.send),
    Page("GET", "/f/{token}/sent", form.sent),
    Page("GET", "/letters/{token}", letters.show),
    Page("POST", "/letters/{token}", letters.end),
    Page("GET", "/f/{token}/challenge", form.challenge),
    Page("POST", "/f/{token}/password", form.password),
    Page("GET", "/share/{token}", public_view.show),
    Page("POST", "/share/{token}/password", public_view.password),
    Page("GET", "/share/{token}/rows.csv", public_view.download),
    Page("GET", "/share/{token}/files/{file}", public_view.file),
    Page("GET", "/share/{token}/files/{file}/thumbnail", public_view.thumbnail),
    Page("GET", "/approve/{token}", approve.show),
    Page("POST", "/approve/{token}", approve.decide),
    Page("GET", "/oauth/callback", consent.come_back),
    Page("POST", "/hooks/{token}", hooks.receive),
    Page("PUT", "/hooks/{token}", hooks.receive),
    Page("GET", "/hooks/{token}", hooks.receive),
    Page("GET", "/look/{name}", look.show),
    Page("POST", "/mcp", mcp.post),
    Page("GET", "/mcp", mcp.no_stream),
    Page("DELETE", "/mcp", mcp.no_stream),
    Page("GET", "/.well-known/oauth-protected-resource", metadata.of_resource),
    Page("GET", "/.well-known/oauth-protected-resource/mcp", metadata.of_resource),
    Page("GET", "/.well-known/oauth-authorization-server", metadata.of_server),
    Page("GET", "/.well-known/oauth-authorization-server/mcp", metadata.of_server),
    Page("POST", "/oauth/register", oauth_tokens.register),
    Page("GET", "/oauth/authorize", authorize.show),
    Page("POST", "/oauth/authorize", authorize.decide),
    Page("POST", "/oauth/token", oauth_tokens.create),
    Page("POST", "/oauth/revoke", oauth_tokens.remove),
    Page("GET", "/api/models", for_anybody(models.listed)),
    Page("GET", "/api/models/changes", for_anybody(models.changes)),
    Page("GET", "/api/models/comparison", for_anybody(models.compare)),
    Page("GET", "/api/models/costs", for_anybody(models.costs)),
    Page("GET", "/api/models/export", for_anybody(models.exported)),
    Page("GET", "/api/models/{id:path}", for_anybody(models.show)),
    Page("GET", "/api/docs", reference.show),
    Page("GET", "/api/openapi.json", reference.openapi),
    #
    Page("GET", "/models", catalogue.show),
    Page("GET", "/models.png", card.list_of_models),
    Page("GET", "/models.{ending}", downloads.models),
    Page("GET", "/models/changes", news.show),
    Page("GET", "/models/changes.atom", news.feed),
    Page("GET", "/models/providers", makers.index),
    Page("GET", "/models/providers/{provider}", makers.show),
    Page("GET", "/models/{id}/card.png", card.model),
    Page("GET", "/models/{id}/figures.{ending}", downloads.model),
    Page("GET", "/models/{id:path}", model_page.show),
    Page("GET", "/compare", comparison.start),
    Page("GET", "/compare/{names}/card.png", card.comparison),
    Page("GET", "/compare/{names}/figures.{ending}", downloads.comparison),
    Page("GET", "/compare/{names:path}", comparison.show),
    Page("GET", "/sitemap.xml", sitemap.show),
    Page("GET", "/sitemap-{number:int}.xml", sitemap.part),
    Page("GET", "/robots.txt", sitemap.robots),
)
"""Pages that work without the workspace's JavaScript: signing in, public forms, the reference of the API, the directory of models."""
