"""From words to statements: who may do what, in the many ways in which people say it.

Each `_way` is one manner of speaking (`hide … from …`, `only … may …`, `… is read-only for …`); the first that fits a clause reads it.
A clause without anybody in it goes on about the people of the one before.
"""

import re
from dataclasses import replace
from functools import lru_cache

from sayso.builder.planner.rights import commands, states, subjects
from sayso.builder.planner.rights.clause import (
    NOT_ABOUT_PEOPLE,
    Clause,
    Speech,
    Way,
)
from sayso.builder.planner.rights.cutting import CLAUSE_CHARACTERS_MAX, CLAUSES_MAX, of_sentences
from sayso.builder.planner.rights.statement import Statement
from sayso.builder.planner.rights.words import plain


@lru_cache(maxsize=8)
def statements(text: str) -> list[Statement]:
    """All that a text says about rights, in order. What each means in an app, `worded` finds."""
    found: list[Statement] = []
    speech = Speech()
    for number, sentence in enumerate(of_sentences(text)):
        for start, end in sentence:
            if len(found) >= CLAUSES_MAX:
                return found
            clause = Clause(plain(text[start:end]), (start, end), text[start:end].strip(), speech, speech.sentence == number)
            made = _read(clause)
            if made:
                found += made
                speech = _after(speech, made, number)
            elif speech.who and not clause.same_sentence and not re.search(r"\b(?:they|them)\b", clause.text):
                speech = replace(speech, sentence=-1)
    return found


_PRONOUN = re.compile(
    r"(?:(?:all|any|none)\s+of\s+)?(?:them|it|these|those|that|this|theirs|their\s+own|his\s+own|anyone\s+else's|everything(?:\s+else)?)"
)


def _after(speech: Speech, made: list[Statement], number: int) -> Speech:
    last = made[0] if made[0].what or len(made) == 1 else made[-1]
    who = tuple(w for w in last.who if w.kind != "nobody") or last.who
    what = (
        last.what
        if last.what and not _PRONOUN.fullmatch(last.what) and (last.may or not speech.what or speech.sentence != number)
        else speech.what
    )
    return Speech(who, last.deeds or speech.deeds, what, last.may, last.just, last.strong, number)


def _read(clause: Clause) -> list[Statement]:
    if not clause.text or len(clause.text) > CLAUSE_CHARACTERS_MAX or NOT_ABOUT_PEOPLE.match(clause.text):
        return []
    for way in _WAYS:
        if made := way(clause):
            return [one for said in made for one in _exceptions(said)]
    return []


_ALL_BUT = re.compile(r"^(?P<all>all|everything|anything|it\s+all|nothing)\s+(?:but|except)\s+(?P<what>.+)$")


_BUT_NOT = re.compile(r"^(?P<what>.+?)\s+(?:without|but\s+not|except|not\s+including|excluding|minus)\s+(?P<not>.+)$")


def _exceptions(said: Statement) -> list[Statement]:
    """`sees everything but payments`, `sees nothing but their own`, `changes nothing`."""
    if said.may and re.fullmatch(r"nothing(?:\s+at\s+all)?", said.what):
        return [replace(said, may=False, what="everything", just=False)]
    m = _ALL_BUT.match(said.what)
    if m is None and said.may and (kept := _BUT_NOT.match(said.what)):
        return [replace(said, what=kept["what"]), replace(said, what=kept["not"], may=False, only=False, just=False, strong=True)]
    if m is None or not said.may:
        return [said]
    if m["all"] == "nothing":
        return [replace(said, what=m["what"], just=True)]
    return [replace(said, what="everything", just=False), replace(said, what=m["what"], may=False, only=False, just=False)]


_WAYS: tuple[Way, ...] = (
    commands.lift, commands.hide, commands.lock_down, commands.give, commands.take, commands.restrict, commands.let, commands.block, states.no_deeds, states.looks_for, subjects.limited, subjects.does_all, subjects.have, states.for_whom, states.state, states.stays, subjects.logs_in, subjects.only_who, subjects.goes_on, subjects.subject, subjects.gets,
)  # fmt: skip
