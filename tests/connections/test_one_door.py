"""Nothing in Sayso opens a socket to the outside but the door: said as code, so that it stays true."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import sayso

SOURCE = Path(sayso.__file__).parent
CLIENTS = frozenset(
    (
        "aiohttp", "httpx", "httpx2", "requests", "urllib3", "niquests", "smtplib", "aiosmtplib", "imaplib", "aioimaplib", "poplib", "ftplib",
        "telnetlib", "nntplib", "xmlrpc", "http.client", "urllib.request", "paramiko", "websockets", "websocket", "mcp", "fastmcp", "openai",
        "asyncpg", "pymysql", "aiomysql", "mysql", "MySQLdb", "pyodbc", "pymssql", "pytds", "oracledb", "snowflake", "google", "boto3",
        "botocore", "aiobotocore", "obstore", "redis", "pymongo", "slack_sdk", "telegram", "discord", "dlt", "feedparser", "pyarrow",
    )
)  # fmt: skip
"""What speaks to hosts by itself. PostgreSQL's psycopg is not among them: everything here stands on it, and goes to our own database."""
OPENERS = frozenset(
    (
        "create_connection",
        "open_connection",
        "open_unix_connection",
        "sock_connect",
        "create_datagram_endpoint",
        "urlopen",
        "urlretrieve",
    )
)
MAY = {
    "gateway/realtime/passing.py": {"websockets"},  # its protocol, on a connection of the door
    "web/v1/realtime.py": {"websockets"},  # an error that it names
}
OPENS = {"connections/egress.py"}
ASK_THE_RESOLVER = {"connections/egress.py"}


RESOLVERS = frozenset(("getaddrinfo", "gethostbyname"))
WORDS = re.compile(rf"\b({'|'.join(re.escape(word.split('.')[-1]) for word in CLIENTS | OPENERS | RESOLVERS)})\b")


@cache
def files() -> dict[str, ast.Module]:
    """Those in which one of the words stands at all; reading all the others as code would take its time."""
    texts = {path.relative_to(SOURCE).as_posix(): path.read_text("utf-8") for path in sorted(SOURCE.rglob("*.py"))}
    return {name: ast.parse(text) for name, text in texts.items() if WORDS.search(text)}


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (name.name for name in names)
            case ast.ImportFrom(module=str(module), level=0, names=names):
                yield module
                yield from (f"{module}.{name.name}" for name in names)
            case ast.Call(
                func=ast.Name(id="import_module") | ast.Attribute(attr="import_module"), args=[ast.Constant(value=str(name)), *_]
            ):
                yield name
            case _:
                pass


def named(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr=name) | ast.Name(id=name):
                yield name
            case _:
                pass


def clients(tree: ast.Module) -> set[str]:
    return {client for name in imported(tree) for client in CLIENTS if name == client or name.startswith(f"{client}.")}


def test_only_connections_know_what_speaks_to_hosts():
    found = {name: clients(tree) - MAY.get(name, set()) for name, tree in files().items() if not name.startswith("connections/")}
    assert {name: more for name, more in found.items() if more} == {}


def test_only_the_door_opens_sockets():
    found = {name for name, tree in files().items() if OPENERS & set(named(tree))}
    assert found == OPENS
    asks = {name for name, tree in files().items() if RESOLVERS & set(named(tree))}
    assert asks == ASK_THE_RESOLVER


@pytest.mark.parametrize(
    "text",
    [
        "import httpx",
        "from urllib import request",
        "import http.client as h",
        "import_module('aiohttp')",
        "from mcp.client import x",
    ],
)
def test_the_rule_sees_it(text: str):
    assert clients(ast.parse(text))


@pytest.mark.parametrize(
    "text", ["asyncio.open_connection('a', 1)", "loop.create_connection(x)", "from urllib.request import urlopen\nurlopen(x)"]
)
def test_the_rule_sees_sockets(text: str):
    assert OPENERS & set(named(ast.parse(text)))
