"""One frozen settings value, read from the environment in server.py and cli.py only."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

import platformdirs

from sayso.errors import Invalid, Problem

PORT = 8700
PORT_MAX = 65_535
SHARED = Path("/var/lib/sayso")
Directory = Literal["public", "members", "off"]
Network = IPv4Network | IPv6Network
Builder = Literal["auto", "planner", "agent"]


@dataclass(frozen=True, slots=True)
class Settings:
    """Where Sayso lives and how it is reached.

    `home` holds everything of one installation: the embedded database, files, secrets, logs.
    `database_url` names a PostgreSQL server to use in place of the embedded one.
    `shared` is used as root only: where the embedded PostgreSQL's own account keeps its programs, and the data of homes it cannot enter.
    `fetches` says whether the server may fetch the language model by itself, in the background.
    `egress_allow` lists networks that are not public and may be reached all the same, such as `127.0.0.0/8` for a model on this machine.
    `refreshes_models` lets the server fetch newer facts about AI models, once a day.
    `directory` says who may read the directory of models: everybody (`public`), `members` only, or nobody (`off`).
    `builder` says who plans wishes: the agent where a text model is connected (`auto`), always the built-in planner (`planner`), or always
    a model (`agent`), which also tells when there is none.
    `traces` is where an OpenTelemetry collector listens (OTLP over HTTP), such as `http://127.0.0.1:4318`.
    `sqlite_folder` is where SQLite files that are connected may lie; without it there are none.
    `sql_dialects` names SQLAlchemy dialects (`bigquery,snowflake`) whose drivers may open connections of their own, past the egress door.
    `worker` says whether the server does runs of automations itself; `sayso worker` does them too, in as many processes as one likes.
    `run_days` is how long runs that are over are kept.
    `mail_in_port` opens a door for mail to automations on this port of `mail_in_host`; `mail_domain` is what stands behind the @.
    `smtp_url` is the server's own way to send mail (`smtps://user:password@host`), `mail_from` whom its letters come from.
    `hosts` are names that the server may be asked by besides that of its address.
    `proxies` are networks whose `X-Forwarded-For` is believed, such as `127.0.0.1/32` for a proxy on this machine.
    `security_contact` is whom `/.well-known/security.txt` names: a mail address or a web address.
    `url` is the address that people use; links are made from it, never from a request's headers.
    """

    home: Path
    database_url: str | None = None
    host: str = "127.0.0.1"
    port: int = PORT
    public_url: str | None = None
    shared: Path = SHARED
    fetches: bool = True
    egress_allow: str = ""
    traces: str | None = None
    refreshes_models: bool = False
    directory: Directory = "public"
    builder: Builder = "auto"
    worker: bool = True
    run_days: int = 30
    sqlite_folder: Path | None = None
    sql_dialects: tuple[str, ...] = ()
    mail_in_port: int | None = None
    mail_in_host: str = "127.0.0.1"
    mail_in_domain: str | None = None
    hosts: frozenset[str] = frozenset()
    proxies: tuple[Network, ...] = ()
    security_contact: str | None = None
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str | None = None

    @property
    def url(self) -> str:
        host = "localhost" if self.host in ("127.0.0.1", "0.0.0.0", "::1", "::") else self.host
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")

    @property
    def mail_domain(self) -> str:
        return self.mail_in_domain or urlsplit(self.url).hostname or "localhost"

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> "Settings":
        env = os.environ if env is None else env
        _refuse_placeholders(env)
        home = env.get("SAYSO_HOME") or platformdirs.user_data_dir("sayso", appauthor=False)
        return cls(
            home=Path(home).expanduser().absolute(),
            database_url=env.get("DATABASE_URL") or None,
            host=env.get("SAYSO_HOST", "127.0.0.1"),
            port=_port(env.get("SAYSO_PORT") or str(PORT)),
            public_url=env.get("SAYSO_URL") or None,
            shared=Path(env.get("SAYSO_SHARED") or SHARED).absolute(),
            fetches=(env.get("SAYSO_FETCH") or "yes").lower() not in ("0", "no", "off", "false"),
            egress_allow=env.get("SAYSO_EGRESS_ALLOW") or "",
            traces=env.get("SAYSO_TRACES") or None,
            refreshes_models=(env.get("SAYSO_MODELS_REFRESH") or "no").lower() in ("1", "yes", "on", "true"),
            directory=_directory(env.get("SAYSO_DIRECTORY") or "public"),
            builder=_builder(env.get("SAYSO_BUILDER") or "auto"),
            worker=(env.get("SAYSO_WORKER") or "yes").lower() not in ("0", "no", "off", "false"),
            run_days=_days(env.get("SAYSO_RUN_DAYS") or "30"),
            sqlite_folder=Path(folder).expanduser().absolute() if (folder := env.get("SAYSO_SQLITE_FOLDER")) else None,
            sql_dialects=tuple(part.strip().lower() for part in (env.get("SAYSO_SQL_DIALECTS") or "").split(",") if part.strip()),
            mail_in_port=_port(env["SAYSO_MAIL_IN_PORT"], "SAYSO_MAIL_IN_PORT") if env.get("SAYSO_MAIL_IN_PORT") else None,
            mail_in_host=env.get("SAYSO_MAIL_IN_HOST") or "127.0.0.1",
            mail_in_domain=env.get("SAYSO_MAIL_IN_DOMAIN") or None,
            hosts=frozenset(part.strip().lower() for part in (env.get("SAYSO_HOSTS") or "").split(",") if part.strip()),
            proxies=_networks(env.get("SAYSO_PROXIES") or ""),
            security_contact=_contact(env.get("SAYSO_SECURITY_CONTACT") or ""),
            smtp_url=env.get("SAYSO_SMTP_URL") or None,
            mail_from=env.get("SAYSO_MAIL_FROM") or None,
        )


def cache_folder(env: Mapping[str, str] | None = None) -> Path:
    """What can be fetched again, shared by all homes of this account. One for the whole process, whoever asks."""
    env = os.environ if env is None else env
    return Path(env.get("SAYSO_CACHE") or platformdirs.user_cache_dir("sayso", appauthor=False)).expanduser().absolute()


def _directory(text: str) -> Directory:
    match text.lower():
        case "public" | "members" | "off" as known:
            return known
        case _:
            raise Invalid(Problem("SAYSO_DIRECTORY", "is one of public, members and off", "members"))


def _builder(text: str) -> Builder:
    match text.lower():
        case "auto" | "planner" | "agent" as known:
            return known
        case _:
            raise Invalid(Problem("SAYSO_BUILDER", "is one of auto, planner and agent", "auto"))


SECRET_NAMES = re.compile(r"^(?:SAYSO_.*(?:SECRET|KEY|PASSWORD|TOKEN)|SECRET_KEY)$")
PLACEHOLDERS = re.compile(
    r"^(?:change[-_ ]?(?:me|this|it).*|.*(?:insert|your)[-_ ](?:secret|key|password).*|(?:my)?(?:secret|password|passw0rd|pass|key|token)\d*"
    r"|(?:this[-_ ]is[-_ ])?(?:a[-_ ])?(?:super[-_ ]?)?secret(?:[-_ ]?key)?|postgres|admin|root|sayso|example|default|placeholder|todo|test|123456\d*|x+|0+)$",
    re.I,
)
"""What examples and guides write where a secret belongs, and people leave there."""


def _refuse_placeholders(env: Mapping[str, str]) -> None:
    """Nothing starts with a secret that everybody can read in a guide. A database on this machine may have one: nobody else reaches it."""
    for name, value in env.items():
        if SECRET_NAMES.match(name) and value and PLACEHOLDERS.match(value):
            raise Invalid(Problem(name, "is a placeholder that everybody knows; put a secret of your own there, or leave it out"))
    for name in ("DATABASE_URL", "SAYSO_SMTP_URL"):
        try:
            parts = urlsplit(env.get(name) or "")
            password, host = unquote(parts.password or ""), parts.hostname or ""
        except ValueError:
            continue
        if password and PLACEHOLDERS.match(password) and host not in ("", "localhost", "127.0.0.1", "::1"):
            raise Invalid(Problem(name, f"has a password that everybody knows, for the server {host}; give it one of its own"))


def _networks(text: str) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError:
        raise Invalid(Problem("SAYSO_PROXIES", "names networks, with commas between", "127.0.0.1/32, 10.0.0.0/8")) from None


def _contact(text: str) -> str | None:
    """As a URI, which is what RFC 9116 asks for."""
    text = text.strip()
    if not text:
        return None
    if not text.isprintable() or " " in text:
        raise Invalid(Problem("SAYSO_SECURITY_CONTACT", "is an address of mail or of the web", "security@example.com"))
    return text if text.startswith(("https://", "mailto:", "tel:")) else f"mailto:{text}"


def _days(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 3_650:
        raise Invalid(Problem("SAYSO_RUN_DAYS", "is a number of days from 1 to 3650", "30"))
    return int(text)


def _port(text: str, name: str = "SAYSO_PORT") -> int:
    if not text.isdigit() or int(text) > PORT_MAX:
        raise Invalid(Problem(name, f"is a number from 0 to {PORT_MAX}", str(PORT)))
    return int(text)
