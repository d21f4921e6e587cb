"""What nobody asked for is held back: names, rows and documents are read by a model, but only the person's words are a wish.

The rules look at the words alone, never at what a model says of them, so that a model which obeys whatever it reads still cannot
    take away or change what is there, unless the words speak of that very part (and, to take away, of taking away),
    let addresses into an app that the person has not written,
    add parts that are called what a row of the app told it to call them.
What is held back is told in the plan, with the words that would do it.
"""

import re
from dataclasses import dataclass
from typing import Any

from sayso.builder.agent.meaning import folded, singled
from sayso.builder.planner.inflect import singular
from sayso.spec.app import App

_BROAD = re.compile(
    r"\b(?:all|every|everything|everywhere|each|both|whole|entire|any|throughout|always|alle[sn]?|überall|jede[rsn]?|tous|toutes?|partout|todos?|todas?|tutt[oiae]|ogni|wszystk\w+|все\w*|всё)\b",
    re.I,
)
_TAKES_AWAY = re.compile(
    r"\b(?:remov\w*|delet\w*|drop\w*|get(?:ting)? rid|without|no longer|(?:don['’]?t|do not|no) (?:need|want)|not need\w*|scrap\w*|los(?:e|ing)|replac\w*|merg\w*|combin\w*|instead|"
    r"turn\w*|convert\w*|split\w*|mov(?:e|ing)|clear\w*|clean\w*|strip\w*|ditch\w*|discard\w*|undo|revert|tak(?:e|ing)\b.{0,60}\b(?:away|out|off|back)|can go|simplif\w*|unneeded|obsolete|rebuild|start over|only keep|"
    r"lösch\w*|entfern\w*|weg|ohne|ersetz\w*|raus|supprim\w*|enlev\w*|retir\w*|sans|remplac\w*|elimin\w*|quit[ae]\w*|borr\w*|sin|reemplaz\w*|rimuov\w*|cancell\w*|togli\w*|senza|verwijder\w*|zonder|"
    r"remova|apag\w*|exclu\w*|sem|usu[nń]\w*|skasuj\w*|bez|ta bort|fjern\w*|slet\w*|poista\w*|sil\w*|kaldır\w*|удал\w*|убер\w*|вида[лр]\w*)\b|删除|去掉|移除|不要|削除|消し|삭제|제거|حذف|מחק|हटा",
    re.I,
)
_ADDRESS = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:https?|ftp)://[^\s\"'<>)\]}]+|\bwww\.[^\s\"'<>)\]}]+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|io|dev|app|example|ru|xyz|info|top|site|online|co)\b(?:/[^\s\"'<>)\]}]*)?",
    re.I,
)
_SMALL = frozenset("the a an of and or for to in on at by with is are my our".split())
_ALIKE = tuple(
    frozenset(group.split())
    for group in (
        "customer client", "employee staff worker colleague crew person member people", "company organisation organization business", "vendor supplier",
        "booking reservation appointment", "student pupil learner", "task todo", "issue ticket", "photo image picture", "file attachment document",
        "phone mobile telephone", "email mail", "due deadline", "note comment remark", "status stage state", "price cost rate fee", "quantity qty",
        "permission role right access", "automation rule reminder notification", "view board calendar grid chart form dashboard gallery timeline",
    )
)  # fmt: skip
NAME_CHARACTERS_MIN = 4


@dataclass(frozen=True, slots=True)
class Held:
    """Something that was not done, and what the person would have to say for it."""

    what: str
    path: str = ""


class Guard:
    """`words` is all that the person has said of this wish; `given` the app as it was before; `focus` the name of the part that they have open."""

    def __init__(self, words: str, given: App | None, focus: str = "") -> None:
        self.words, self.given, self.focus = words, given, focus
        self._folded = f" {folded(words)} "
        tokens = {singular(w) for w in re.findall(r"\w+", words.casefold())}
        self._tokens = tokens | {alike for group in _ALIKE if group & tokens for alike in group}
        self._addresses = {a.casefold().rstrip(".,") for a in _ADDRESS.findall(words + " " + _said_before(given))}
        self._rows = ""

    def has_read(self, rows: str) -> None:
        """Rows that the model looked at."""
        self._rows += " " + folded(rows)

    def speaks_of(self, *names: str) -> bool:
        """Whether the words mention one of these names, or parts of this sort altogether."""
        return any(self._mentions(name) or folded(name) == folded(self.focus) for name in names if name)

    def _mentions(self, name: str) -> bool:
        if f" {folded(name)} " in self._folded or (not name.isascii() and folded(name) in self._folded):
            return True
        telling = {singular(w) for w in re.findall(r"\w+", name.casefold())} - _SMALL
        return bool(telling) and (telling <= self._tokens or bool(telling & self._tokens and len(telling) > 1))

    def may_remove(self, part: str, *names: str) -> bool:
        return bool(_TAKES_AWAY.search(self.words)) and (self.speaks_of(*names) or bool(_BROAD.search(self.words)))

    def may_change(self, part: str, *names: str) -> bool:
        return bool(_BROAD.search(self.words)) or self.speaks_of(part, *names)

    def may_rename(self, new: str) -> bool:
        return self.speaks_of(new) or bool(_BROAD.search(self.words))

    def told_by_a_row(self, name: str) -> bool:
        """Whether a new part is called what only a row of the app says."""
        return len(name) >= NAME_CHARACTERS_MIN and folded(name) in self._rows and not self._mentions(name)

    def without_addresses(self, value: Any) -> tuple[Any, list[str]]:
        """The value without addresses that nobody wrote, and which those were."""
        found: list[str] = []

        def swap(m: re.Match[str]) -> str:
            if m[0].casefold().rstrip(".,") in self._addresses:
                return m[0]
            found.append(m[0][:80])
            return ""

        def walked(one: Any) -> Any:
            if isinstance(one, dict):
                return {k: _tidy(walked(v)) if k == "to" else walked(v) for k, v in one.items()}
            if isinstance(one, list):
                return [walked(v) for v in one]
            return _ADDRESS.sub(swap, one) if isinstance(one, str) else one

        kept = walked(value)
        return kept, list(dict.fromkeys(found))


def _tidy(to: Any) -> Any:
    """A list of addresses of which some are gone."""
    return ", ".join(one.strip() for one in to.split(",") if one.strip()) if isinstance(to, str) else to


def _said_before(given: App | None) -> str:
    """Addresses that automations of the app use already: someone who may build has put them there."""
    return " ".join(str(rule.portable().get("steps", "")) for rule in given.automations) if given else ""


def same_name(a: str, b: str) -> bool:
    return singled(a) == singled(b)
