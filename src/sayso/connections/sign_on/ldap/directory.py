"""Signing on by a directory: the person is looked for with the workspace's own entry, then we bind as the person they are.

Their password is sent to the directory and kept nowhere. An empty one is refused before anything is asked.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from uuid import UUID

from sayso.connections import blocking
from sayso.connections.address import checked_host
from sayso.connections.sign_on.ldap import filters
from sayso.connections.sign_on.ldap.client import INVALID_CREDENTIALS, Broken, Conversation, Entry, Refused
from sayso.errors import Invalid, Problem
from sayso.team.sso.arrival import GROUPS_MAX, SUBJECT_CHARACTERS_MAX, Arrival

if TYPE_CHECKING:
    from sayso.connections.connections import Connections

CONVERSATION_SECONDS_MAX = 20
SILENT_SECONDS_MAX = 10
NAME_CHARACTERS_MAX = 254
PASSWORD_CHARACTERS_MAX = 1_024
BINARY_IDS = frozenset(("objectguid",))
Security = Literal["ldaps", "starttls", "none"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Directory:
    """The settings of a provider of kind `ldap`. `name_filter` holds `{name}`, `group_filter` `{dn}` and `{uid}`."""

    host: str
    port: int
    security: Security
    authority: str
    """PEM: who stands for the server's certificate, beside those that this machine trusts."""
    bind_dn: str
    base: str
    name_filter: str
    id: str
    display: str
    mail: str
    member_of: str
    group_base: str
    group_filter: str
    group_name: str

    @classmethod
    def of(cls, settings: dict[str, Any]) -> Directory:
        """Raises `Invalid`."""

        def text(name: str, default: str = "") -> str:
            return str(settings.get(name) or default).strip()

        host = checked_host(text("host"), "settings/host")
        security = text("security", "ldaps")
        if security not in ("ldaps", "starttls", "none"):
            raise Invalid(Problem("settings/security", "is one of ldaps, starttls and none", "ldaps"))
        if security == "none" and host not in ("localhost", "127.0.0.1", "::1"):
            raise Invalid(
                Problem(
                    "settings/security",
                    "is TLS for every directory but one on this very machine: passwords would be readable on the way",
                    "ldaps",
                )
            )
        port = int(settings.get("port") or (636 if security == "ldaps" else 389))
        if not 0 < port < 65_536:
            raise Invalid(Problem("settings/port", "is a number from 1 to 65535", "636"))
        name_filter = text("filter", "(&(objectClass=person)(|(uid={name})(mail={name})))")
        filters.made(name_filter, {"name": "x"}, "settings/filter")
        if "{name}" not in name_filter:
            raise Invalid(
                Problem("settings/filter", "holds {name} where the name belongs that somebody signs in with", filters.EXAMPLE)
            )
        group_filter = text("group_filter")
        if group_filter:
            filters.made(group_filter, {"dn": "x", "uid": "x"}, "settings/group_filter")
        if not text("base"):
            raise Invalid(
                Problem("settings/base", "says below which entry people are looked for", "ou=people,dc=acme,dc=example")
            )
        return cls(
            host, port, security, text("authority"), text("bind_dn"), text("base"), name_filter, text("id", "entryUUID"), text("display", "cn"),
            text("mail", "mail"), text("member_of"), text("group_base"), group_filter, text("group_name", "cn"),
        )  # fmt: skip

    @property
    def issuer(self) -> str:
        return f"ldap://{self.host}/{self.base}"

    @property
    def attributes(self) -> tuple[str, ...]:
        named = (self.id, self.display, self.mail, "uid", *([self.member_of] if self.member_of else []))
        return tuple(dict.fromkeys(named))


async def entered(connections: Connections, directory: Directory, secret: str, name: str, password: str) -> Arrival | None:
    """Who this is, when the directory knows the name and takes the password. Raises `Unavailable` when it cannot be asked."""
    if not password or len(password) > PASSWORD_CHARACTERS_MAX or not _sensible(name):
        return None

    def found(ldap: Conversation) -> tuple[Entry, tuple[str, ...]] | None:
        ldap.bind(directory.bind_dn, secret)
        people = ldap.search(directory.base, filters.made(directory.name_filter, {"name": name}), directory.attributes, most=2)
        if len(people) != 1 or not people[0].dn:
            return None
        return people[0], _groups(ldap, directory, people[0])

    if (known := await _spoken(connections, directory, found)) is None:
        return None
    person, groups = known

    def proves(ldap: Conversation) -> bool:
        try:
            ldap.bind(person.dn, password)
        except Refused as error:
            if error.code == INVALID_CREDENTIALS:
                return False
            raise
        return True

    if not await _spoken(connections, directory, proves):
        return None
    subject = _subject(directory, person)
    mail = person.text(directory.mail).strip() or None
    return Arrival(
        directory.issuer, subject, mail, mail is not None, person.text(directory.display) or person.text("uid"), groups
    )


async def counted(
    connections: Connections, directory: Directory, secret: str, name: str = ""
) -> tuple[int, Entry | None, tuple[str, ...]]:
    """For trying a directory: how many people stand below its base (at most 1,000), one of them, and that one's groups."""

    def looked(ldap: Conversation) -> tuple[int, Entry | None, tuple[str, ...]]:
        ldap.bind(directory.bind_dn, secret)
        pattern = directory.name_filter.replace("{name}", "*") if not name else directory.name_filter
        people = ldap.search(directory.base, filters.made(pattern, {"name": name}), directory.attributes, most=1_000)
        first = people[0] if people else None
        return len(people), first, _groups(ldap, directory, first) if first else ()

    return await _spoken(connections, directory, looked)


def _sensible(name: str) -> bool:
    return 0 < len(name) <= NAME_CHARACTERS_MAX and name.isprintable() and bool(name.strip())


def _subject(directory: Directory, person: Entry) -> str:
    """What names them for good: `entryUUID`, or `objectGUID` in Active Directory. Never the DN, which changes with a name."""
    told = person.attributes.get(directory.id.lower(), ())
    if not told or not told[0]:
        raise Broken(f"The directory does not show {directory.id}, by which people are known for good. Is it allowed to be read?")
    if directory.id.lower() in BINARY_IDS and len(told[0]) == 16:
        return str(UUID(bytes_le=told[0]))
    return told[0].decode("utf-8", "replace")[:SUBJECT_CHARACTERS_MAX]


def _groups(ldap: Conversation, directory: Directory, person: Entry) -> tuple[str, ...]:
    named = [_first(dn) for dn in person.texts(directory.member_of)] if directory.member_of else []
    if directory.group_filter:
        asked = filters.made(directory.group_filter, {"dn": person.dn, "uid": person.text("uid")})
        found = ldap.search(directory.group_base or directory.base, asked, (directory.group_name,), most=GROUPS_MAX)
        named += [one.text(directory.group_name) for one in found]
    return tuple(dict.fromkeys(name for name in named if name))[:GROUPS_MAX]


def _first(dn: str) -> str:
    """`cn=Support,ou=groups,…` is called Support. A comma in a name is escaped (RFC 4514)."""
    first = dn.replace("\\,", "\0").split(",")[0].partition("=")[2]
    return first.replace("\0", ",").strip()


async def _spoken(connections: Connections, directory: Directory, say: Callable[[Conversation], T]) -> T:
    context = _context(connections, directory)
    opened = await blocking.socket_to(connections, directory.host, directory.port)
    opened.settimeout(SILENT_SECONDS_MAX)
    who = f"{directory.host}:{directory.port}"

    def spoken() -> T:
        wire = opened if directory.security != "ldaps" else context.wrap_socket(opened, server_hostname=directory.host)
        with Conversation(wire) as ldap:
            if directory.security == "starttls":
                ldap.start_tls(context, directory.host)
            return say(ldap)

    try:
        return await blocking.run(opened, spoken, who, CONVERSATION_SECONDS_MAX)
    except OSError as error:
        raise blocking.unanswered(error, who) from None


def _context(connections: Connections, directory: Directory) -> ssl.SSLContext:
    context = connections.door.tls()
    if directory.authority:
        try:
            context.load_verify_locations(cadata=directory.authority)
        except (ssl.SSLError, ValueError):
            raise Invalid(Problem("settings/authority", "is no certificate in PEM", "-----BEGIN CERTIFICATE-----")) from None
    return context
