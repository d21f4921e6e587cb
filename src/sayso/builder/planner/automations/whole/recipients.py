"""Whom a message is for: an address, a field of the row, a role, a member by name, a channel."""

import re

from sayso.builder.planner.automations.whole.about import About
from sayso.builder.planner.names import stems
from sayso.spec.fields import AnyField, Link
from sayso.spec.table import Table

ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
CHANNEL = re.compile(r"(?<![\w/&])#[a-zA-Z][\w-]*")
_STOP = (
    r"(?:the|a|an|and|or|by|via|with|when|if|on|about|that|to|at|in|every|each|for|so|before|after|once|as|of|how|what|which|who|from|this|it|is|are|has|know|whether|saying|using|over|through|within|whose|asking|where|an?|"
    r"e-?mails?|slack|teams|discord|telegram|message|messages|text|reminder|summary|report|list|instead|too|also|again|now|please|right|immediately|\d+)"
)
_WHO = rf"(?P<lead>(?:the|our|my|its|their|his|her|all(?:\s+the)?|every|each|that|an?)\s+)?(?P<who>(?!{_STOP}\b)[\w'.-]+(?:\s+(?!{_STOP}\b)[\w'-]+){{0,2}})"
_AFTER_VERB = re.compile(
    rf"\b(?:e-?mail|mail|notify|alert|warn|tell|inform|remind|nudge|ping|message|text|dm|ask|cc|copy|send|give|write\s+to|write)(?:s)?\s+(?:out\s+)?(?:to\s+)?{_WHO}"
)
_AFTER_TO = re.compile(rf"\b(?:to|for|cc|with)\s+{_WHO}")
_LET = re.compile(rf"\blet\s+{_WHO}\s+know\b")
_THINGS = frozenset(
    "e-mail email mail message notification reminder summary report list digest overview note pdf csv chart document sheet spreadsheet file copy invoice link confirmation update slack sms alert it them this that everything table row rows channel apart thanks confirmation reply figures numbers totals weekly daily monthly short quick data".split()
)
EVERYONE = frozenset("everyone everybody us all team staff people".split())
_OWNERS = frozenset("owner assignee responsible manager lead agent technician author".split())
_SOURCES = {"me": "me", "myself": "me"}


def who(text: str, raw: str, about: About) -> str:
    """Whom the words name, as `to` of a step; empty when they name nobody."""
    if m := ADDRESS.search(raw):
        return ", ".join(ADDRESS.findall(raw))
    for pattern in (
        (_LET, _AFTER_TO, _AFTER_VERB) if re.match(r"(?:send|post|share|give|let)", text) else (_LET, _AFTER_VERB, _AFTER_TO)
    ):
        for m in pattern.finditer(text):
            words = raw[m.start("who") : m.end("who")]
            if set(stems(words)) <= _THINGS or words.startswith("#"):
                continue
            if pattern is _AFTER_TO and not _person(words, about):
                continue
            if found := resolved(words, m["lead"] or "", about):
                return ", ".join(dict.fromkeys([found, *_others(raw[m.end("who") :], about)]))
    return ""


_AND = re.compile(r"\s*(?:,|,?\s*and|&|\+)\s+(?:(?P<lead>the|our|its|their)\s+)?(?P<who>[\w'.-]+)(?=\s|,|$)", re.I)


def _others(raw: str, about: About) -> list[str]:
    """Who else is named right after somebody: `me and Ben`."""
    found: list[str] = []
    at = 0
    while m := _AND.match(raw, at):
        if not (_person(m["who"], about) or m["lead"]) or set(stems(m["who"])) <= _THINGS:
            break
        if one := resolved(m["who"], m["lead"] or "", about):
            found.append(one)
        at = m.end()
    return found


def _person(words: str, about: About) -> bool:
    """Whether words after `to` or `for` mean somebody: a role, a field, a name, one of us."""
    low = words.lower()
    return bool(
        words[:1].isupper()
        or low in _SOURCES
        or low.split()[0] in EVERYONE
        or _role(words, about)
        or _field(words, about.row or about.table, about)
        or re.search(
            r"\b(?:managers?|owners?|customers?|clients?|sales|support|finance|accounting|boss|office|admins?|leads?|tenants?|guests?|members?|assignees?|head|employees?)\b",
            low,
        )
    )


def resolved(words: str, lead: str, about: About) -> str:
    low = " ".join(words.lower().split())
    first = low.split()[0]
    if first in _SOURCES:
        return _SOURCES[first]
    if first in ("him", "her", "them", "they"):
        return _owner(about)
    if first in EVERYONE and not lead.strip().startswith(("its", "their")):
        return "everyone"
    if role := _role(words, about):
        about.assumed.append(f"who {role} are is not known yet: put their names into the step before you switch it on")
        return role
    if field := _field(words, about.row or about.table, about):
        return field
    if words[:1].isupper() and low not in about_names(about):
        named = re.match(r"\S[\w'.-]*(?:\s+[A-Z][\w'-]+)?", words)
        return named[0] if named else low
    about.assumed.append(f"“{low}” is no role, member or field of the app yet: choose who that is before you switch it on")
    return low


def about_names(about: About) -> frozenset[str]:
    return frozenset(t.name.lower() for t in about.app.tables)


def _role(words: str, about: About) -> str:
    said = stems(words)
    return next((r.name for r in about.app.roles if stems(r.name) == said or stems(r.name)[-1:] == said[-1:]), "")


def _owner(about: About) -> str:
    table = about.row or about.table
    if table is None:
        return ""
    person = next((f for f in table.fields if f.kind == "person"), None)
    mail = next((f for f in table.fields if f.kind == "email"), None)
    return f"{{{(person or mail).name}}}" if person or mail else ""  # type: ignore[union-attr]


def _field(words: str, table: Table | None, about: About) -> str:
    """The field of the row that holds whom the words mean: an e-mail field, a person, or one behind a link."""
    if table is None:
        return ""
    said = set(stems(words))
    ranked: list[tuple[int, AnyField, str]] = []
    for one in table.fields:
        own = set(stems(one.name))
        shared = bool(own & said - {"email", "name"})
        if one.kind == "email" and shared:
            ranked.append((4, one, f"{{{one.name}}}"))
        elif one.kind == "person" and (shared or (said & _OWNERS and own & _OWNERS)):
            ranked.append((3, one, f"{{{one.name}}}"))
        elif isinstance(one, Link) and not one.many and (shared or _named_so(one, said, about)):
            other = about.app.table(one.to)
            mail = next((f for f in other.fields if f.kind in ("email", "person")), None) if other else None
            if mail is not None:
                ranked.append((2, one, f"{{{one.name}}}.{{{mail.name}}}"))
    if ranked:
        return max(ranked, key=lambda r: r[0])[2]
    if said & _OWNERS and (person := next((f for f in table.fields if f.kind == "person"), None)):
        return f"{{{person.name}}}"
    outsider = said & frozenset(
        "customer client tenant guest applicant candidate parent student volunteer patient person sender requester reporter supplier vendor buyer member subscriber attendee employee".split()
    )
    mails = [f for f in table.fields if f.kind == "email"]
    return f"{{{mails[0].name}}}" if outsider and len(mails) == 1 else ""


def _named_so(one: Link, said: set[str], about: About) -> bool:
    other = about.app.table(one.to)
    return other is not None and bool(set(stems(other.name)) & said)


def of_a_row(to: str) -> bool:
    return "{" in to
