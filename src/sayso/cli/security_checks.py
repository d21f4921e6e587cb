"""What `sayso doctor --security` looks at: how this installation stands against somebody who means ill, in plain words.

`bad` is a hole; a `note` is a choice that somebody should know of. Nothing is changed, and nothing is asked over the network.
"""

import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

import sayso
from sayso.cli.checks import Finding, State
from sayso.settings import Settings

RELEASED = datetime(2026, 11, 22, tzinfo=UTC)
"""When this version was made; moved with it."""
OLD_DAYS = 120
UNUSED_DAYS = 90
BACKUP_DAYS_MAX = 7
NAMES_SHOWN_MAX = 6
NOBODY_ELSE = ("localhost", "127.0.0.1", "::1")


def address(settings: Settings) -> Finding:
    parts = urlsplit(settings.url)
    if parts.scheme == "https":
        return Finding(
            "Address", "good", f"{settings.url}: cookies are sent over https only, and browsers are told to stay with it"
        )
    if parts.hostname in NOBODY_ELSE and settings.host in NOBODY_ELSE:
        return Finding("Address", "good", f"{settings.url}: reached from this machine only")
    do = "Put a proxy with a certificate in front of it, and set SAYSO_URL to its https address."
    return Finding("Address", "bad", f"{settings.url} is not https: passwords and cookies can be read on the way", do)


def listening(settings: Settings) -> Finding:
    if settings.host in ("0.0.0.0", "::") and urlsplit(settings.url).scheme == "https":
        do = "Set SAYSO_HOST=127.0.0.1 when the proxy is on this machine; else let the firewall allow the proxy alone."
        return Finding("Listening", "note", f"on every address of this machine ({settings.host}), also without the proxy", do)
    return Finding("Listening", "good", f"on {settings.host}")


def proxies(settings: Settings) -> Finding:
    wide = [str(one) for one in settings.proxies if one.num_addresses > 2 ** (24 if one.version == 4 else 64)]
    if wide:
        return Finding(
            "Proxies", "bad", f"{' '.join(wide)} may say where anybody comes from", "Name only your proxy in SAYSO_PROXIES."
        )
    if not settings.proxies and urlsplit(settings.url).scheme == "https" and settings.host in NOBODY_ELSE:
        do = "Set SAYSO_PROXIES to the address of your proxy (127.0.0.1/32)."
        return Finding("Proxies", "note", "none is trusted: limits and the audit log see the proxy's address for everybody", do)
    return Finding("Proxies", "good", " ".join(map(str, settings.proxies)) or "none is needed")


def modes(settings: Settings) -> Finding:
    """Files of the home that other accounts of the machine can read."""
    if not settings.home.is_dir():
        return Finding("Files of the home", "note", "not there yet", "`sayso up` makes it.")
    closed = not settings.home.stat().st_mode & 0o007
    wrong = [path for path in _secret_files(settings.home) if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)]
    if wrong and not closed:
        names = " ".join(map(str, wrong[:NAMES_SHOWN_MAX]))
        return Finding("Files of the home", "bad", f"others can read {names}", f"chmod go= {names}")
    return Finding("Files of the home", "good", "nobody but their owner reads what is secret in it")


def _secret_files(home: Path) -> list[Path]:
    named = [home / name for name in ("secrets.key", "mcp.yaml", "postgres", "files", "imports", "gateway")]
    return [path for path in named if path.exists()]


def egress(settings: Settings) -> Finding:
    allowed = [part.strip() for part in settings.egress_allow.split(",") if part.strip()]
    wide = [
        one for one in allowed if one in ("0.0.0.0/0", "::/0", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16")
    ]
    if any(one.startswith(("0.", "::/0", "169.254")) for one in wide):
        return Finding(
            "Way out", "bad", f"everything may be reached: {', '.join(wide)}", "Name only what is needed in SAYSO_EGRESS_ALLOW."
        )
    if wide:
        return Finding(
            "Way out", "note", f"whole networks may be reached: {', '.join(wide)}", "Name single addresses where you can."
        )
    return Finding("Way out", "good", f"public addresses, and {', '.join(allowed)}" if allowed else "public addresses only")


def version(_: Settings) -> Finding:
    days = (datetime.now(UTC) - RELEASED).days
    if days > OLD_DAYS:
        return Finding(
            "Version", "note", f"{sayso.__version__} is {days} days old", "See whether there is a newer one, with its fixes."
        )
    return Finding("Version", "good", f"{sayso.__version__}, from {RELEASED:%d %B %Y}")


def contact(settings: Settings) -> Finding:
    if settings.security_contact:
        return Finding("Contact", "good", f"security.txt names {settings.security_contact}")
    if settings.host in NOBODY_ELSE and urlsplit(settings.url).hostname in NOBODY_ELSE:
        return Finding("Contact", "good", "reached from this machine only")
    return Finding("Contact", "note", "whoever finds a hole does not know whom to tell", "Set SAYSO_SECURITY_CONTACT.")


def backups(settings: Settings) -> Finding:
    """Where backups go by themselves is the operator's; we see what lies in the home and beside it."""
    found = [path for folder in (settings.home, settings.home / "backups") if folder.is_dir() for path in folder.glob("*.backup")]
    if not found:
        return Finding("Backups", "note", "none is seen in the home", "`sayso backup FILE` makes one; keep some elsewhere.")
    newest = max(found, key=lambda path: path.stat().st_mtime)
    days = (datetime.now(UTC) - datetime.fromtimestamp(newest.stat().st_mtime, UTC)).days
    state: State = "note" if days > BACKUP_DAYS_MAX else "good"
    return Finding("Backups", state, f"the newest, {newest.name}, is {days} days old", "" if state == "good" else "Make one.")


CHECKS: tuple[Callable[[Settings], Finding], ...] = (address, listening, proxies, modes, egress, version, contact, backups)


async def of_database(tx: AsyncConnection, settings: Settings) -> list[Finding]:
    """What the database tells: roles, second factors, tokens, what is public, who is not here any more, the audit log."""
    return [
        await _role(tx, settings),
        await _owners(tx),
        await _policy(tx),
        await _tokens(tx),
        await _public(tx),
        await _unused(tx),
    ]


async def _role(tx: AsyncConnection, settings: Settings) -> Finding:
    row = (await tx.execute(text("select current_user as name, rolsuper from pg_roles where rolname = current_user"))).one()
    if settings.database_url and row.rolsuper:
        do = (
            "Give Sayso a role of its own that owns its database and is no superuser: then the second net under the rights holds."
        )
        return Finding("Database role", "bad", f"{row.name} is a superuser of your PostgreSQL", do)
    return Finding(
        "Database role", "good", f"{row.name}{'' if settings.database_url else ', of the embedded PostgreSQL that is ours alone'}"
    )


OWNERS = text("""
    select w.name as workspace, m.name, exists (select 1 from sayso.passkeys k where k.person = m.person)
        or exists (select 1 from sayso.totps t where t.person = m.person and t.on_at is not null) as strong,
        exists (select 1 from sayso.passwords p where p.person = m.person) as password
    from sayso.members m join sayso.workspaces w on w.id = m.workspace_id
    where m.role in ('owner', 'admin') and m.removed_at is null and m.suspended_at is null and m.kind = 'person' order by 1, 2
""")


async def _owners(tx: AsyncConnection) -> Finding:
    owners = (await tx.execute(OWNERS)).all()
    weak = [f"{one.name} ({one.workspace})" for one in owners if not one.strong and one.password]
    if weak:
        do = "They add a passkey or a code app under Settings, Security."
        return Finding("Second factor of owners", "bad", f"a password alone lets in {_some(weak)}", do)
    if len(owners) == 1:
        return Finding("Second factor of owners", "note", "there is one owner only", "A second one can let the first back in.")
    return Finding("Second factor of owners", "good", f"{len(owners)} owners and admins, none with a password alone")


async def _policy(tx: AsyncConnection) -> Finding:
    query = """
        select count(*) as all, count(*) filter (where not coalesce(p.second_factor, false)) as without
        from sayso.workspaces w left join sayso.sign_in_policies p on p.workspace_id = w.id
    """
    row = (await tx.execute(text(query))).one()
    if row.without:
        do = "Owners ask for one under Settings, Signing in."
        return Finding("Sign-in", "note", f"{row.without} of {row.all} workspaces do not ask everybody for a second factor", do)
    return Finding("Sign-in", "good", "every workspace asks for a second factor")


async def _tokens(tx: AsyncConnection) -> Finding:
    live = "revoked_at is null and (expires_at is null or expires_at > now())"
    old = f"coalesce(used_at, created_at) < now() - interval '{UNUSED_DAYS} days'"
    query = f"select count(*) filter (where expires_at is null) as never, count(*) filter (where {old}) as unused, count(*) as all from sayso.tokens where {live}"  # noqa: S608 (ours)
    row = (await tx.execute(text(query))).one()
    if row.never or row.unused:
        do = "Look at everybody's under Settings, API tokens, and withdraw what nobody needs."
        return Finding("Tokens", "note", f"{row.never} never end, {row.unused} were not used for {UNUSED_DAYS} days", do)
    return Finding("Tokens", "good", f"{row.all}, all with an end and in use")


async def _public(tx: AsyncConnection) -> Finding:
    live = "stopped_at is null and (expires_at is null or expires_at > now())"
    open_ones = f"select count(*) as all, count(*) filter (where kind = 'view' and password is null) as open from sayso.shares where {live}"  # noqa: S608
    row = (await tx.execute(text(open_ones))).one()
    if row.open:
        do = "Look at what each shows; give it a password or an end where you can."
        return Finding("Public", "note", f"{row.open} views can be read by whoever has their address", do)
    return Finding("Public", "good", f"{row.all} forms and views are public" if row.all else "nothing is public")


async def _unused(tx: AsyncConnection) -> Finding:
    query = text("""
        select m.name from sayso.members m where m.removed_at is null and m.suspended_at is null and m.kind = 'person'
            and m.created_at < now() - make_interval(days => :days)
            and not exists (select 1 from sayso.sessions s where s.member = m.id and s.seen_at > now() - make_interval(days => :days))
            and not exists (select 1 from sayso.tokens t where t.member = m.id and t.used_at > now() - make_interval(days => :days))
        order by 1
    """)
    names = list((await tx.execute(query, {"days": UNUSED_DAYS})).scalars())
    if names:
        return Finding("Members", "note", f"{_some(names)} were not here for {UNUSED_DAYS} days", "Suspend who has left.")
    return Finding("Members", "good", "everybody was here lately")


def _some(names: list[Any]) -> str:
    more = len(names) - NAMES_SHOWN_MAX
    return ", ".join(names[:NAMES_SHOWN_MAX]) + (f" and {more} more" if more > 0 else "")


def running_as_root() -> Finding:
    if os.geteuid() == 0:
        return Finding("Account", "note", "Sayso runs as root", "Give it an account of its own; nothing in it needs root.")
    return Finding("Account", "good", "an account without special rights")
