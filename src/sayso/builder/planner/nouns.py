"""Which noun a phrase is about, and whether businesses keep a table of it."""

import re

from sayso.builder.planner import lexicon
from sayso.builder.planner.inflect import UNCOUNTED, is_plural, lemma, singular

TABLE_WORDS_MAX = 4
_DETERMINER = re.compile(
    r"^(?:(?:the|an?|my|our|your|their|his|her|its|each|every|all|any|some|these|those|this|that|single|individual|various|different|several|many|multiple|new|current|existing|own|one|"
    r"about|around|roughly|approx(?:imately)?|up to|only|just|both|master|main|whole|full|complete|simple|basic|small|big|large|little|central|shared|nice|quick|proper|separate|general|"
    r"\d[\d,.]*k?\+?|two|three|four|five|six|seven|eight|nine|ten|dozens?|hundreds?|thousands?|of|list|lists of|list of|set of|record of|records of|database of|register of|directory of|"
    r"log of|catalogue of|catalog of|inventory of|overview of|history of|collection of|couple of|lots of|bunch of)\s+)+"
)
_MODIFIER = frozenset("approval management tracking booking handling planning intake".split())
_CONTAINER = frozenset(
    "flow workflow process queue solution weblog list register tracker directory database system app application tool manager management tracking planner sheet spreadsheet software platform portal program logger catalog catalogue repo repository hub organizer organiser crm book diary admin panel overview record".split()
)


def noun_of(phrase: str) -> str:
    """The noun that a phrase is about, lemma: `all of our open work orders` gives `open work order`; empty without one."""
    text = re.sub(r"[\"“”*_`#|{}]|'(?!s\b)", " ", phrase.lower()).replace("'s", " ")
    text = re.sub(r"\([^)]*\)?", " ", text)
    text = " ".join(text.replace("/", " / ").split()).strip(" .,:;!?-–()")
    previous = None
    while previous != text:
        previous = text
        text = _DETERMINER.sub("", text + " ").strip()
        text = re.sub(
            r"^(?:and|or|also|plus|then|but|so|for|of|to|with|in|on|at|by|from|as|per|please|basically|like|say|i|we|you|need|want|needs|wants|have|has)\s+",
            "",
            text + " ",
        ).strip()
    run: list[str] = []
    words = text.split()
    for n, word in enumerate(words):
        if not run and n + 1 < len(words) and lemma(f"{word} {words[n + 1]}") in lexicon.tables():
            run.append(word)
            continue
        if (
            (word in lexicon.verbs() and (word not in _NOUNS_TOO or (run and is_plural(run[-1]))))
            or word in ("/", "-", "–", "+")
            or not re.search(r"[a-zà-öø-ÿ]", word)
        ):
            if run:
                break
            continue
        run.append(word.strip(".,:;!?-–"))
    run = [w for w in run if w]
    while len(run) > 1 and run[0] in _ADJECTIVES:
        run.pop(0)
    if (
        len(run) > 1
        and (
            (singular(run[-1]) in _CONTAINER and (run[-1] == singular(run[-1]) or run[-1] == "records"))
            or run[-1] == "forms"
            or run[-1] == "form"
        )
        and not (
            run[-1] in ("list", "book", "log", "record", "catalog")
            and not lexicon.is_table_noun(" ".join(run[:-1]))
            and lexicon.is_table_noun(run[-1])
        )
    ):
        run.pop()
    if len(run) > 2 and lemma(" ".join(run)) not in lexicon.tables():
        if lemma(" ".join(run[-2:])) in lexicon.tables():
            run = run[-2:]
        elif singular(run[-1]) in lexicon.tables() and singular(run[-1]) not in _VAGUE:
            run = (
                run[-2:]
                if len(run) == 3 and "-" not in run[-2] and run[-2] not in ("style", "type", "based", "like")
                else run[-1:]
            )
    if len(run) > TABLE_WORDS_MAX:
        run = run[-TABLE_WORDS_MAX:]
    return lemma(" ".join(run))


_NOUNS_TOO = frozenset(
    "set visit book books rent rents order deal deals plan plans report review reviews repair repairs hire hires score scores rate rates reading readings booking bookings cover covers stop stops leave stay support sets order orders offer offers call calls record records check checks visit visits request requests report reports change changes work run runs list lists log logs show shows show return returns move moves lead leads bid bids use view views type types update updates track tracks record view purchase purchases process sale share stay stays ask".split()
)
_ADJECTIVES = frozenset(
    "open active important various different specific relevant new old upcoming past internal external certain respective actual overall typical annual weekly daily monthly commercial local busy available other more all whole entire general personal tiny mid-size small-scale regular key main customer's shared live recent incoming outgoing ongoing many few".split()
)


def tableish(noun: str, *, told: bool = False) -> bool:
    """Whether a noun may be a table: businesses keep one, or the wish says to keep track of it."""
    if not noun or len(noun) < 2 or noun in _NEVER:
        return False
    if noun in lexicon.tables() or (noun.split()[-1] in lexicon.tables() and noun.split()[-1] not in _VAGUE):
        return noun not in lexicon.fields() or noun in lexicon.tables() or told
    return told and lexicon.fields().get(noun) is None and lexicon.kind_of(noun)[1] < 0.7


PLACES = frozenset(
    "office school shop store agency business yard clinic practice club company factory band church department team desk bar cafe restaurant hotel museum library centre center studio salon garage charity association society firm bureau kitchen warehouse".split()
)
_VAGUE = frozenset(
    "list type number day month year week period time date area part copy page status code note category form file document record link url phone".split()
)
_NEVER = frozenset(
    "app tool system thing stuff way time day week month year one lot bit place idea kind sort end start help need way everything anything something nothing people's excel google sheet spreadsheet paper today tomorrow hour minute morning evening "
    "business company's life world work job's head mind case point fact name date number status priority type email phone address note description total amount price field table view column row user interface ui button page screen option detail information data "
    "colour color access rest same basics plan's basis dashboard calendar board chart kanban gallery timeline report overview feature".split()
)


def is_many(phrase: str) -> bool:
    words = phrase.lower().strip(" :").split()
    return bool(words) and (is_plural(words[-1]) or words[-1] in UNCOUNTED)


def noun_phrase(text: str) -> str:
    """The words before a verb or bracket, for number: `my buyers and renters` keeps its plural."""
    words = [w for w in re.findall(r"[\w'-]+", text) if w not in lexicon.verbs()]
    return " ".join(words)


def is_container(head: str) -> bool:
    """`complaints log`, `guest list`: the noun is what the app is about, not necessarily a table."""
    words = [w for w in re.findall(r"[a-z-]+", head.lower()) if w not in ("for", "here", "please")]
    return bool(words) and words[-1] in _CONTAINER
