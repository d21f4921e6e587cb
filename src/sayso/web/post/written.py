"""What a letter says: one line for each thing that its reader was told and has not seen, as far as they may see it now."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from sayso.automations.papers import letter
from sayso.data.told import Told

LINES_MAX = 40
TEXT_CHARACTERS_MAX = 500


@dataclass(frozen=True, slots=True)
class Written:
    subject: str
    text: str
    html: str


def written(told: Sequence[Told], *, workspace: str, url: str, ending: str) -> Written:
    """`url` is the address of the server, `ending` the one that ends such letters. The newest comes first."""
    first, more = told[0], len(told) - 1
    subject = first.sentence if not more else f"{first.sentence}, and {more} more in {workspace}"
    settings = f"{url}/settings/notifications"
    shown, left = told[:LINES_MAX], max(0, len(told) - LINES_MAX)
    plain = [_plain(one, url) for one in shown] + ([f"And {left} more: {url}/inbox"] if left else [])
    foot = f"You get this because of what you asked to be told in {workspace}.\nChange it: {settings}"
    foot += f"\nEnd letters like this: {ending}" if ending else ""
    html = [_drawn(one, url) for one in shown] + ([f'<p><a href="{escape(url)}/inbox">And {left} more</a></p>'] if left else [])
    quiet = (
        f"<p><small>You get this because of what you asked to be told in {escape(workspace)}. "
        f'<a href="{escape(settings)}">Change it</a>'
    )
    quiet += f' or <a href="{escape(ending)}">end letters like this</a>.</small></p>' if ending else ".</small></p>"
    press = letter.button("Open it" if not more else "Open the inbox", _address(first, url) if not more else f"{url}/inbox")
    return Written(subject, "\n\n".join([*plain, foot]), "".join([*html, press, quiet]))


def _address(one: Told, url: str) -> str:
    return f"{url}{one.one.link}" if one.one.link else f"{url}/inbox"


def _said(one: Told) -> str:
    text = one.one.text.strip()
    return text if len(text) <= TEXT_CHARACTERS_MAX else text[:TEXT_CHARACTERS_MAX].rstrip() + "…"


def _where(one: Told) -> str:
    """`Client desk, Projects`."""
    return ", ".join(name for name in (one.app_name, one.table_name) if name)


def _times(one: Told) -> str:
    return f" ({one.one.times} times)" if one.one.times > 1 else ""


def _plain(one: Told, url: str) -> str:
    lines = [f"{one.sentence}{_times(one)}", _where(one), *(f"> {line}" for line in _said(one).splitlines()), _address(one, url)]
    return "\n".join(line for line in lines if line)


def _drawn(one: Told, url: str) -> str:
    said = escape(_said(one)).replace("\n", "<br>")
    where = f"<br><small>{escape(_where(one))}</small>" if _where(one) else ""
    head = f'<p><a href="{escape(_address(one, url))}"><strong>{escape(one.sentence)}</strong></a>{_times(one)}{where}</p>'
    return head + (f"<blockquote>{said}</blockquote>" if said else "")
