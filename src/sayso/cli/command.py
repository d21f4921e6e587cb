"""What every command shares: where the installation is, how answers are given, how it ends when something is wrong."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any

import click
import orjson
import uvloop

from sayso.errors import Conflict, Forbidden, Invalid, NotFound, SaysoError, Unavailable
from sayso.settings import Settings

EXIT: dict[type[SaysoError], int] = {Invalid: 2, NotFound: 3, Forbidden: 4, Conflict: 5, Unavailable: 6}
"""The exit codes; anything else that goes wrong is 1, and 0 is success. `docs/guides/cli.md` lists them."""
INTERRUPTED = 130


def command(run: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Makes an async function a command's body. It gets `settings` and `say`, and the command's own parameters.

    Adds `--home` and `--json`; errors that a person can act on become one line on stderr and an exit code.
    """

    @click.option("--home", type=click.Path(path_type=Path, file_okay=False), help="Where this installation lives. [SAYSO_HOME]")
    @click.option("--json", "as_json", is_flag=True, help="Answer with one line of JSON.")
    @wraps(run)
    def body(home: Path | None, as_json: bool, **given: Any) -> None:
        say = Say(as_json)
        try:
            settings = Settings.from_env()
            if home:
                settings = replace(settings, home=home.expanduser().absolute())
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(run(settings=settings, say=say, **given))
        except SaysoError as error:
            say.error(error)
            sys.exit(EXIT.get(type(error), 1))
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)

    return body


class Say:
    """The one who speaks: to people in lines, with `--json` to programs in one line."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json

    def line(self, text: str = "") -> None:
        """For people only."""
        if not self.as_json:
            click.echo(text)

    def progress(self, text: str) -> None:
        """What is happening meanwhile, on stderr. For people only."""
        if not self.as_json:
            click.secho(text, err=True, dim=True)

    def answer(self, value: dict[str, Any]) -> None:
        """For programs only: the whole answer, in one line."""
        if self.as_json:
            click.echo(orjson.dumps(value))

    def error(self, error: SaysoError) -> None:
        problems = error.problems if isinstance(error, Invalid) else ()
        if self.as_json:
            shown = [{"path": p.path, "reason": p.reason, "example": p.example} for p in problems]
            click.echo(orjson.dumps({"error": error.slug, "detail": str(error), "problems": shown}))
        else:
            click.secho(f"sayso: {error}", err=True, fg="red")
