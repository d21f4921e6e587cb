"""Members that are programs, and their tokens."""

from fastapi import Request, Response

from sayso.team import keys, members, service_accounts
from sayso.web.actor import By
from sayso.web.api.members import Ids, Member, Members, RoleId, changed, forget, one, shown
from sayso.web.api.tokens import ApiToken, ApiTokens, FreshToken, NewToken
from sayso.web.shapes import Asked, ShortText, Token
from sayso.web.work import Tx


class NewAccount(Asked):
    name: ShortText
    role: RoleId
    groups: Ids = []


class AccountChange(Asked):
    name: ShortText | None = None
    role: RoleId | None = None
    suspended: bool | None = None
    groups: Ids | None = None


async def listed(tx: Tx, by: By) -> Members:
    """The service accounts of the workspace."""
    return Members(items=await shown(tx, await service_accounts.listed(tx, by=by), by))


async def create(new: NewAccount, tx: Tx, by: By) -> Member:
    """A service account: a member without a person, that acts by its tokens only."""
    made = await service_accounts.create(tx, new.name, new.role, by=by, within=new.groups)
    return await one(tx, made.id, by)


async def update(account: Token, change: AccountChange, request: Request, tx: Tx, by: By) -> Member:
    """Change its name, role or groups; suspend it, or bring it back."""
    await service_accounts.found(tx, account, by=by)
    if change.name is not None:
        await service_accounts.rename(tx, account, change.name, by=by)
    await changed(tx, account, change.role, change.suspended, change.groups, by)
    forget(request)
    return await one(tx, account, by)


async def remove(account: Token, request: Request, tx: Tx, by: By) -> Response:
    """Remove it; its tokens stop at once."""
    await service_accounts.found(tx, account, by=by)
    await members.remove(tx, account, by=by)
    forget(request)
    return Response(status_code=204)


async def tokens(account: Token, tx: Tx, by: By) -> ApiTokens:
    """Its tokens that work."""
    return ApiTokens(items=[ApiToken.of(key) for key in await service_accounts.tokens(tx, account, by=by)])


async def make_token(account: Token, new: NewToken, request: Request, tx: Tx, by: By) -> FreshToken:
    """A new token of it, shown this once."""
    request.state.secret = True
    until = new.expires_at if "expires_at" in new.model_fields_set else keys.in_days()
    key, secret = await service_accounts.make_token(
        tx, account, new.name, by=by, scopes=new.scopes, expires_at=until, only=new.apps
    )
    return FreshToken.of(key, token=secret)


async def remove_token(account: Token, service_token: Token, request: Request, tx: Tx, by: By) -> Response:
    """Withdraw one of its tokens; it stops at once."""
    await service_accounts.withdraw_token(tx, account, service_token, by=by)
    forget(request)
    return Response(status_code=204)
