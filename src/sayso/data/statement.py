"""A statement put together once and sent many times: its text, and what is bound in it."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Text, bindparam, literal_column
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import CompilerElement
from sqlalchemy.types import TypeEngine

from sayso.data.kept import kept
from sayso.data.open_app import OpenApp

_DIALECT = PGDialect_psycopg()


def given(name: str, kind: TypeEngine[Any]) -> BindParameter[Any]:
    """A value that is only known when the statement is sent."""
    return bindparam(name, None, type_=kind)


def fixed(text: str) -> ColumnElement[str]:
    """A piece of text that stands in our own code, written into the statement; never anything that came from outside."""
    assert "'" not in text and "\\" not in text
    return literal_column("'" + text + "'", Text)


@dataclass(frozen=True, slots=True)
class Statement:
    text: str
    bound: Mapping[str, Any]

    @classmethod
    def of(cls, sql: CompilerElement) -> "Statement":
        """From SQLAlchemy Core. Lists within `in_` are written out."""
        compiled = sql.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
        params: Any = compiled.params
        return cls(str(compiled), dict(params))

    async def first(self, tx: AsyncConnection, **values: Any) -> Any | None:
        return (await tx.exec_driver_sql(self.text, {**self.bound, **values})).one_or_none()

    async def one(self, tx: AsyncConnection, **values: Any) -> Any:
        return (await tx.exec_driver_sql(self.text, {**self.bound, **values})).one()


def kept_statement(tx: AsyncConnection, app: OpenApp, key: Hashable, make: Callable[[], CompilerElement]) -> Statement:
    """The statement that was put together before for this very spec and catalogue, or a new one.

    By identity and not by version: a version that was rolled back may come again with another meaning. The value holds both,
    so that no other object can have their place.
    """
    statements = kept(tx).statements
    whole = (id(app.spec), id(app.columns), app.by.workspace, app.sight.key, key)
    found: tuple[Statement, OpenApp] | None = statements.get(whole)
    if found is None:
        found = (Statement.of(make()), app)
        statements.put(whole, found)
    return found[0]
