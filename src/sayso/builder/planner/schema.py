"""Reads tables, fields and links from clauses that describe what there is."""

import re

from sayso.builder.planner import lexicon
from sayso.builder.planner.clauses import Clause, lead_of, section_of
from sayso.builder.planner.inflect import UNCOUNTED, is_plural, lemma, plural, singular
from sayso.builder.planner.items import Item, items, pieces
from sayso.builder.planner.options import choices
from sayso.builder.planner.sketch import FieldSketch, Sketch, Span, TableSketch, ViewSketch

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
_PRONOUN = re.compile(
    r"^(?:and\s+|also\s+)*(?:they|it|each(?:\s+one|\s+of\s+them|\s+of\s+these)?|every\s+one|them|these|those|he|she|this|both|all\s+of\s+them)$"
)
_HAS = re.compile(
    r"^(?P<subj>.{0,80}?)(?:\s+|^)(?P<verb>(?:(?:can|may|might|should|must|will|would|usually|always|also|each|all|then)\s+)*(?:has|have|having|with|needs?(?:\s+to\s+have)?|includ(?:es?|ing)|contain(?:s|ing)?|consists?\s+of|"
    r"comes?\s+with|gets?|stores?|holds?|carry|carries|made\s+(?:up\s+)?of|lists?|shows?|records?|captures?|collects?|tracks?|requires?|featur(?:es|ing)|(?:is|are)\s+described\s+by|want|wants))\s+(?P<list>\S.*)$"
)
_TRACK = re.compile(
    r"^(?:.{0,80}?\b)?(?:track(?:ing|s)?|manag(?:e|es|ing)|keep(?:ing|s)?(?:\s+(?:track|tabs|record|records|a\s+record|a\s+list|a\s+log|a\s+database))?(?:\s+(?:of|on))?|record(?:ing|s)?|log(?:ging|s)?|regist(?:er|ering)|stor(?:e|es|ing)|organi[sz](?:e|ing)|"
    r"catalog(?:u?e|uing)?|(?:app|tool|system|tracker|database|register|place|spreadsheet|something|software|list|directory|crm|log|somewhere)\s+(?:for|of|to\s+\w+(?:\s+track\s+of)?)|handl(?:e|ing)|collect(?:ing)?|monitor(?:ing)?|"
    r"(?:i|we)(?:'d|\s+would)?\s+(?:(?:also|just|really|currently)\s+)?(?:need|want|have|like|sell|rent|run|offer|host|make|teach|lend|maintain|service|wanna)(?:\s+(?:to\s+(?:have|see|store)|tables?\s+(?:for|of)))?|please\s+(?:make|build|create|add)|(?:make|build|create|set\s+up|give)(?:\s+(?:me|us))?|tables?(?:\s+(?:for|of))?|(?:there\s+(?:is|are)))\s+"
)
_FOR_EACH = re.compile(
    r"\b(?:for|on|per|with|about|of)\s+(?:each|every|any|all|an?)(?:\s+of\s+(?:the|our|these))?\s+(?P<e>[\w' -]{2,40}?)(?:\s*[,:–-]+\s*|\s+)(?:(?:i|we|they|you|it|staff|he|she|there)\s+)?(?:(?:would|also|should|must|will|do|'d)\s+)*(?:like(?:\s+to)?|need(?:s)?(?:\s+to)?|want(?:\s+to)?|record|note|store|keep|track|log|enter|have|has|is|save|know|see|write\s+down|:|–)+\s*(?:(?:know|store|keep|record|track|log|note|have|see|save)\s+)?(?P<list>\S.*)$"
)
_OF_EACH = re.compile(
    r"^(?P<list>.+?)\s+(?:for|of|on|from|about|per)\s+(?:each|every|all(?:\s+(?:the|our|my))?)\s+(?P<e>[\w' -]{2,40})$"
)
_BELONGS = re.compile(
    r"^(?P<a>.{1,70}?)\s+(?:(?:always|also|can|may|must|should|will|usually|all|each)\s+)*(?:belong(?:s|ing)?\s+to|(?:is|are|be|gets?|get)\s+(?:part\s+of|(?:made|placed|submitted|reported|raised|created|written|booked|done|taken|given|owned|run|led|taught|held)\s+(?:by|for|at|in)|for|tied\s+to|linked\s+(?:to|with)|attached\s+to|assigned\s+to|related\s+to|connected\s+(?:to|with)|in|on|at|under|inside|grouped\s+(?:into|under|by))|"
    r"(?:links?|relates?|refers?|connects?|goes|points?)\s+(?:back\s+)?to|goes?\s+out\s+(?:on|to|in)|happens?\s+(?:at|in)|takes?\s+place\s+(?:at|in)|depends?\s+on|sits?\s+(?:in|on|under)|lives?\s+(?:in|at|under)|come\s+from|comes\s+from|falls?\s+under|rolls?\s+up\s+(?:to|into))\s+(?P<n>(?:exactly\s+)?(?:one|an?|the|its|their|our|several|many|multiple|one\s+or\s+more|other|different|some|at\s+least\s+one|any\s+number\s+of)\s+)?(?P<b>[\w' -]{2,40}?)(?P<rest>\s*(?:,|;|\band\b|\bor\b|\bwith\b|\(|$).*)$"
)
_TIES = re.compile(
    r"\b(?:link|links|tie|ties|connect|connects|match|matches|assign|assigns)\s+(?:each\s+|every\s+|an?\s+|the\s+|our\s+|all\s+)?(?P<a>[\w' -]{2,30}?)\s+(?:to|with)\s+(?P<n>an?\s+|the\s+|one\s+|their\s+|its\s+|our\s+|several\s+|many\s+|each\s+)?(?P<b>[\w' -]{2,30}?)(?=\s*(?:,|;|\band\b|\bwith\b|\bso\b|\(|$))"
)
_MANY = re.compile(
    r"^\s*(?:an?\s+|one\s+|each\s+|every\s+|the\s+)?(?P<a>[\w' -]{2,40}?)\s+(?:can\s+|may\s+|will\s+|could\s+|usually\s+)?(?:ha(?:s|ve)|contains?|includes?|owns?|covers?|consists?\s+of|uses?|needs?|offers?|hosts?|holds?|order|orders|buys?)\s+(?:(?:zero|one|two)\s+or\s+(?:more|several)|many|several|multiple|lots\s+of|a\s+lot\s+of|a\s+number\s+of|various|different|a\s+few|some|more\s+than\s+one|\d+\s*[-–]?\s*\d*|all\s+its|its\s+own|their\s+own|a\s+list\s+of)\s+(?P<b>[\w' -]{2,40}?)(?P<rest>\s*(?:,|;|\band\b|\bwith\b|\(|:|$).*)$"
)
_STARS = re.compile(
    r"\b(?:gives?|rates?|scores?|ratings?|stars?|marks?)\b.{0,40}?(?:(?P<a>1)\s*(?:-|–|to)\s*(?P<top>5|10|4|6)|out\s+of\s+(?P<top2>5|10)|five\s+stars?)?(?:\s+stars?|\s+points?|\s+ratings?|\s+scores?)?\s+(?:for|on|in|each\s+for|of)\s+(?P<list>[^.;]+?)(?=,?\s+(?:and\s+)?(?:writes?|attach|uploads?|leaves?|adds?|signs?)\b|$)"
)
_DEEDS = (
    (re.compile(r"\b(?:writes?|types?(?:\s+in)?|leaves?|adds?)\s+(?:an?|the|their|some|up\s+an?|dated)\s+(?P<x>[\w -]{3,30}?)(?=\s*(?:,|\band\b|\bof\b|\bon\b|\babout\b|\bfor\b|$))"), "long_text"),
    (re.compile(r"\b(?:attach(?:es)?|uploads?)\s+(?:an?|the|their|some|any|supporting)?\s*(?P<x>[\w -]{2,30}?)(?=\s*(?:,|\band\b|\bof\b|\bfor\b|\bto\b|$))"), "file"),
    (re.compile(r"\b(?:takes?|snaps?|adds?)\s+(?:an?|the|some|before\s+and\s+after)?\s*(?P<x>(?:[\w-]+\s)?(?:photos?|pictures?|pics?|images?))\b"), "image"),
    (re.compile(r"\b(?:picks?|chooses?|selects?)\s+(?:an?|the|their|one)\s+(?P<x>[\w -]{3,30}?)(?=\s*(?:,|\band\b|\bfrom\b|\(|$))"), "select"),
    (re.compile(r"\b(?:signs?|signature)\b(?P<x>)"), "image"),
)  # fmt: skip


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


_PLACES = frozenset(
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


def read(clause: Clause, sketch: Sketch) -> bool:
    """Whether the clause gave the sketch something."""
    before = _size(sketch)
    _read(clause, sketch)
    return _size(sketch) != before


def _size(sketch: Sketch) -> tuple[int, ...]:
    """Grows with everything that a clause can give; looks closely only at what was spoken of last."""
    close = [t for t in (sketch.subject, sketch.touched[0] if sketch.touched else None) if t is not None]
    detail = sum(len(f.options) + bool(f.link) + f.required + f.unique + bool(f.kind) for t in close for f in t.fields)
    return (
        len(sketch.tables), sum(len(t.fields) for t in sketch.tables), detail, len(sketch.views), int(sum(t.weight * 10 for t in sketch.tables)),
    )  # fmt: skip


def _read(clause: Clause, sketch: Sketch) -> None:
    raw, text, span = clause.raw, clause.text, (clause.start, clause.end)
    if clause.row:
        return _row(raw, clause, sketch)
    if clause.section == "tables" and clause.bullet and not re.search(r"[:(–-]", text) and (noun := noun_of(text)):
        _spoken(sketch.add(noun, span), sketch)
        return None
    name, at = lead_of(raw)
    equals = bool(name) and "=" in raw[len(name) : at]
    if name and _definition(name, raw[at:], clause.start + at, span, sketch, equals=equals):
        return None
    under = sketch.table(noun_of(clause.heading)) if clause.heading and not clause.section else None
    if (
        clause.heading
        and not clause.section
        and under is None
        and clause.bullet
        and tableish(noun_of(clause.heading), told=is_many(clause.heading))
    ):
        under = sketch.add(noun_of(clause.heading), span)
    if under is not None and (clause.bullet or text.count(",") >= 1) and not _HAS.match(text):
        return fill(under, items(raw, clause.start), sketch)
    return _sentence(raw, text, clause.start, span, sketch)


def is_many(phrase: str) -> bool:
    words = phrase.lower().strip(" :").split()
    return bool(words) and (is_plural(words[-1]) or words[-1] in UNCOUNTED)


def _row(raw: str, clause: Clause, sketch: Sketch) -> None:
    """A Markdown row: `| Orders | number, date, total |`, or a header row of one table's columns."""
    cells = [(m.start(), m[0]) for m in re.finditer(r"[^|]+", raw) if m[0].strip()]
    if not cells or (len(cells) >= 2 and lemma(cells[0][1].strip().lower()) in ("table", "entity", "name", "object", "tab")):
        return
    at, name = cells[0]
    rest = cells[1:]
    span = (clause.start + at, clause.start + at + len(name))
    if len(rest) == 1 or (rest and any("," in c for _, c in rest)):
        table = sketch.add(noun_of(name) or name.strip().lower(), span)
        _spoken(table, sketch)
        for where, cell in rest:
            fill(table, items(cell, clause.start + where), sketch)
    elif len(rest) >= 2:
        heading = noun_of(clause.heading) or (sketch.subject.name if sketch.subject else "item")
        table = sketch.add(heading, span)
        if not table.fields:
            fill(table, [i for where, cell in cells for i in items(cell, clause.start + where)], sketch)


_PEOPLE_DO = re.compile(r"(?:the\s+|our\s+|my\s+)?(?P<who>[\w-]+)\s+(?:can\s+|may\s+)?(?P<v>[a-z]+)\b.*$")
_DEED_NOUNS = {
    "adopt": "adoption", "book": "booking", "rent": "rental", "visit": "visit", "order": "order", "donate": "donation", "apply": "application", "enrol": "enrolment",
    "enroll": "enrollment", "register": "registration", "borrow": "loan", "request": "request", "report": "report", "buy": "purchase", "pay": "payment", "reserve": "reservation",
    "hire": "hire", "review": "review", "complain": "complaint", "volunteer": "shift", "train": "training session", "inspect": "inspection", "deliver": "delivery", "submit": "submission",
}  # fmt: skip
_HAS_MANY = re.compile(
    r"(?P<a>.{2,40}?)\s+(?:can\s+|may\s+)?(?:has|have|contains?|includes?|comes?\s+with)\s+"
    r"(?:(?:many|several|multiple|some|one\s+or\s+more|its\s+own|their)\s+)?(?P<b>[\w -]{3,30})$"
)


def _definition(name: str, rest: str, start: int, span: Span, sketch: Sketch, *, equals: bool = False) -> bool:
    """`Name: a, b, c` in its many shapes. False when the name is no table and no field with choices."""
    low = name.lower().strip()
    section = section_of(low)
    if section == "tables" or (
        re.fullmatch(r"(?:we |i )?(?:need|want|track|have|manage|keep|store)?(?: to)?(?: track| manage| keep| have)?", low)
        and not section
    ):
        found = False
        for a, b, mark in pieces(rest):
            noun = noun_of(rest[a:b])
            if tableish(noun, told=section == "tables"):
                table = sketch.add(noun, (start + a, start + b))
                if mark == ">" and sketch.subject and sketch.subject is not table:
                    _linked(table, sketch.subject, sketch, many=False, span=(start + a, start + b))
                _spoken(table, sketch)
                found = True
                if m := re.search(r"\(([^)]*)\)?", rest[a:b]):
                    fill(table, items(m[1], start + a + m.start(1)), sketch)
            elif sketch.subject and found:
                fill(sketch.subject, items(rest[a:b], start + a), sketch)
        return found
    if not section and (m := _PEOPLE_DO.match(low)) and m["v"] in _DEED_NOUNS and is_many(m["who"]):
        table = sketch.add(_DEED_NOUNS[m["v"]], span)
        _spoken(table, sketch)
        body = re.sub(r"^(?:(?:we|i)\s+)?(?:record|note|log|keep|store|track|need|want)\s+", "", rest)
        fill(table, items(body, start + len(rest) - len(body)), sketch)
        return True
    if not section and (m := _HAS_MANY.match(low)) and is_many(m["b"]) and tableish(noun_of(m["b"])):
        a, b = _end(m["a"], sketch, span), sketch.table(noun_of(m["b"])) or sketch.add(noun_of(m["b"]), span)
        if a is not None and a is not b:
            _linked(b, a, sketch, many=False, span=span)
            _spoken(b, sketch)
            _walk_fields(b, rest, start, sketch)
            return True
    if not section and not equals and _tables_inside(rest) and (not noun_of(low) or sketch.exact(noun_of(low)) is None):
        _walk(rest, rest.lower() if len(rest.lower()) == len(rest) else rest, start, sketch, told=True)
        return True
    if section or _PRONOUN.match(low):
        if sketch.subject and not section:
            fill(sketch.subject, items(rest, start), sketch)
            return True
        return False
    each = re.match(
        r"(?:(?:and|also|then)\s+)*(?:for\s+|per\s+|on\s+|with\s+|about\s+)?(?:each|every|any|a|an)\s+(?P<e>.+)$", low
    )
    phrase = each["e"] if each else low
    noun = _subject_noun(phrase, sketch)
    known = sketch.table(noun) if noun else None
    kind = lexicon.fields().get(noun)
    listed = items(rest, start)
    if not noun or not listed:
        return False
    if known is None and kind in ("select", "multi_select") and sketch.subject and not each and _optionish(listed):
        field = _ensure(sketch.subject, name, span, sketch)
        field.options = choices(rest)
        return True
    fieldlike = sum(is_fieldish(i) for i in listed)
    if known is None and not each and not tableish(noun, told=is_many(low) or fieldlike * 2 >= len(listed)):
        return False
    if known is None and fieldlike == 0 and len(listed) < 2 and not each:
        return False
    if (
        re.search(r"\b(?:is|are|was|were|will|gives?|hits?|makes?|does|do|says?|wants?)\b", low)
        and not each
        and known is None
        and fieldlike * 2 < len(listed)
    ):
        return False
    if (
        known is None
        and not each
        and noun.split()[-1] in _PLACES
        and listed
        and lemma(listed[0].name) in lexicon.tables()
        and not listed[0].options
    ):
        noun = lemma(listed[0].name)
        known = sketch.table(noun)
    table = known or sketch.add(noun, span)
    table.span = table.span or span
    _spoken(table, sketch)
    if m := re.search(
        r"\b(?:belongs?\s+to|linked\s+to|appl(?:y|ies)\s+(?:for|to)|(?:is|are)\s+(?:for|part\s+of|in|on|at)|per|for)\s+(?:exactly\s+)?(?:an?|one|the|each|every|their|its)\s+(?P<b>[\w' -]{2,30})$",
        low,
    ):
        other = _end(m["b"], sketch, span)
        if other is not None and other is not table:
            _linked(table, other, sketch, many=False, span=span)
            sketch.subject = table
    _per(table, low, sketch, span)
    _walk_fields(table, rest, start, sketch)
    return True


_INSIDE = re.compile(
    r"^\s*(?:and\s+|our\s+|my\s+|the\s+|their\s+)*(?P<n>[\w' -]{2,30}?)(?:\s+(?:per|for\s+each|by)\s+[\w -]{2,20}?)?\s*(?P<o>\(|:\s|\s[–-]\s|\bwith\b|\bhave\b)(?P<f>.*)$",
    re.S,
)


def _tables_inside(rest: str) -> bool:
    """Whether a list holds definitions of its own: `books (title, author), loans: book, due`."""
    low = rest.lower()
    spans = pieces(low)
    plain = [noun_of(low[a:b]) for a, b, _ in spans[:3] if is_many(low[a:b].strip(" .")) and "(" not in low[a:b]]
    if sum(noun in lexicon.tables() for noun in plain) >= 2:
        return True
    for n, (a, b, _) in enumerate(spans):
        m = _INSIDE.match(low[a:b])
        if (
            not m
            or not is_many(m["n"])
            or not tableish(noun_of(m["n"]))
            or (noun_of(m["n"]) in lexicon.fields() and m["o"] == "(")
        ):
            continue
        if m["o"] == "(" and (sum(map(is_fieldish, items(m["f"].rstrip(") "), 0))) < 2 or ("/" in m["f"] and "," not in m["f"])):
            continue
        if m["o"].strip() in ("with", "have") and n > 0 and len(spans) < 3:
            continue
        return True
    return False


_WAY = re.compile(
    r"^.*\b(?:way|place|app|tool|something|somewhere|system|form)\s+(?:to|2|for)\s+(?:log|track|record|manage|keep\s+track\s+of|keep|register|organi[sz]e|report|store|collect|handle)(?:ing)?\s+(?=\w)(?!time\b|hours\b|mileage\b|mood\b|weight\b|progress\b)"
)


def _subject_noun(phrase: str, sketch: Sketch) -> str:
    """The table noun of a lead such as `Trainings we offer`, `every handover is logged`, `we send campaigns`."""
    phrase = _WAY.sub("", phrase)
    if m := re.search(
        r"\b(?:log|track|record|enter|note)\s+(?:my\s+|our\s+|their\s+|the\s+)?(?P<x>time|hours|mileage|mood|weight|progress|overtime)$",
        phrase,
    ):
        return f"{'time' if m['x'] in ('hours', 'overtime') else m['x']} entry"
    if m := re.match(
        r"(?:then\s+|and\s+|also\s+|we\s+|please\s+)*(?:log|record|register|track|list|keep|note|store)\s+(?:the\s+|all\s+|every\s+|each\s+)?(?P<x>[\w -]{3,30})$",
        phrase,
    ):
        inner = noun_of(m["x"])
        if inner and (sketch.table(inner) or tableish(inner)):
            return inner
    if m := re.match(
        r"(?:the\s+|an?\s+|each\s+|every\s+|our\s+)?[\w-]+\s+(?:does|do|fills?(?:\s+(?:in|out))?|completes?|logs?|records?|submits?|enters?|makes?|keeps?|writes?|runs?|carries\s+out|uses?)\s+(?:an?\s+|the\s+|their\s+)?(?P<x>[\w -]{3,30})$",
        phrase,
    ):
        inner = noun_of(m["x"])
        if inner and (sketch.table(inner) or tableish(inner)):
            return inner
    noun = noun_of(phrase)
    if noun and (sketch.table(noun) or tableish(noun)):
        return noun
    m = _TRACK.match(phrase + " ")
    if m and (inner := noun_of(phrase[m.end() :])):
        return inner
    parts = [noun_of(p) for p in re.split(r"\b(?:for|of|to|with|in|our|my|the|a|an)\b", phrase) if p.strip()]
    told = [p for p in parts if tableish(p)]
    return told[-1] if told and not noun else (noun or (told[-1] if told else ""))


def is_fieldish(one: Item) -> bool:
    return (
        one.sure or bool(one.options) or bool(one.computed) or one.kind is not None or lexicon.kind_of(one.name.lower())[1] >= 0.7
    )


def _optionish(listed: list[Item]) -> bool:
    known = sum(
        lexicon.fields().get(i.name.lower()) not in (None, "checkbox") and i.name.lower() not in lexicon.hues() for i in listed
    )
    return known * 3 <= len(listed)


def _spoken(table: TableSketch, sketch: Sketch, weight: float = 1.0) -> None:
    sketch.subject = table
    table.weight += weight


_WITH_LIST = re.compile(
    r"\s(?:with|has|have|having|including|includes|incl\.?|contains?|(?:which|that|who)\s+(?:has|have|contains?|includes?))\s"
)


def _walk_fields(table: TableSketch, rest: str, start: int, sketch: Sketch) -> None:
    """A list of fields that may turn to another table on its way: `amount, and lines with item, quantity`."""
    low = rest.lower() if len(rest.lower()) == len(rest) else rest
    spans = pieces(low)
    for n, (a, b, _) in enumerate(spans):
        piece = low[a:b]
        if (
            n > 0
            and (c := re.match(r"(?:and\s+)?(?P<n>[^:(]{2,40}?):\s+(?=\S)", piece))
            and is_many(c["n"])
            and tableish(noun_of(c["n"]), told=True)
        ):
            fill(table, items(rest[:a], start), sketch)
            other = sketch.table(noun_of(c["n"])) or sketch.add(noun_of(c["n"]), (start + a, start + b))
            _spoken(other, sketch)
            return _walk_fields(other, rest[a + c.end() :], start + a + c.end(), sketch)
        m = _WITH_LIST.search(piece)
        if not m or "(" in piece[: m.start()]:
            continue
        noun = noun_of(re.sub(r"\s+(?:per|for\s+each|by)\s+[\w -]+$", "", piece[: m.start()]))
        other = sketch.table(noun) if noun else None
        if (
            other is None
            and is_many(noun_phrase(re.sub(r"\s+(?:per|for\s+each|by)\s+[\w -]+$", "", piece[: m.start()])))
            and tableish(noun)
            and noun != table.key
            and noun not in lexicon.fields()
        ):
            other = sketch.add(noun, (start + a, start + b))
            _linked(other, table, sketch, many=False, span=(start + a, start + b))
        if other is not None and other is not table:
            if n > 0:
                fill(table, items(rest[:a], start), sketch)
            elif not any(f.link in (table, other) for t in (table, other) for f in t.fields):
                _linked(other, table, sketch, many=False, span=(start + a, start + b))
            _spoken(other, sketch, 0.5)
            _per(other, piece[: m.start()], sketch, (start + a, start + b))
            return _walk_fields(other, rest[a + m.end() :], start + a + m.end(), sketch)
        if n == 0 and (other is table or not noun):
            return fill(table, items(rest[m.end() :], start + m.end()), sketch)
    return fill(table, items(rest, start), sketch)


def noun_phrase(text: str) -> str:
    """The words before a verb or bracket, for number: `my buyers and renters` keeps its plural."""
    words = [w for w in re.findall(r"[\w'-]+", text) if w not in lexicon.verbs()]
    return " ".join(words)


def _ensure(table: TableSketch, name: str, span: Span | None, sketch: Sketch) -> FieldSketch:
    field = table.field(name)
    if field is None:
        field = FieldSketch(name, span)
        table.fields.append(field)
    sketch.touched = (table, field)
    return field


_COMPOUND = frozenset(
    "address contact emergency name guardian parent insurance vehicle spouse reference signature billing shipping owner employer doctor".split()
)


_ITEM_LINK = re.compile(
    r"^(?:belongs?\s+to|(?:is\s+|are\s+)?(?:linked|tied|attached|assigned|connected|related)\s+(?:to|with)|links?\s+to|(?:is|are)\s+(?:part\s+of|for|in|at|on))\s+(?P<n>(?:exactly\s+)?(?:an?|one|the|its|their|several|many|multiple)\s+)?(?P<b>[\w' -]{2,40})$"
)


def fill(table: TableSketch, listed: list[Item], sketch: Sketch) -> None:
    """Puts items of a list on a table: as fields, as links, or as tables of their own."""
    for one in listed:
        span = (one.start, one.end)
        if m := _ITEM_LINK.match(one.name.lower()):
            other = _end(m["b"], sketch, span)
            if other is not None and other is not table:
                _linked(table, other, sketch, many=bool(m["n"]) and m["n"].strip() in ("many", "several", "multiple"), span=span)
                sketch.subject = table
                continue
        noun = lemma(re.sub(r"[^\w' -]", " ", one.name))
        if noun == table.key or not noun:
            if not one.options:
                continue
            one.name = "Type"
        if len(one.sub) >= 2:
            if (words := set(noun.split()) & _COMPOUND) and not is_many(one.name):
                for inner in one.sub:
                    inner.name = inner.name if words & set(inner.name.lower().split()) else f"{one.name} {inner.name.lower()}"
                    _plain(table, inner, sketch, (inner.start, inner.end))
                continue
            other = sketch.add(noun, span)
            _linked(other, table, sketch, many=False, span=span)
            fill(other, one.sub, sketch)
            sketch.subject = table
            continue
        if one.many and tableish(noun) and not one.options and noun not in lexicon.fields() and one.kind is None:
            other = sketch.table(noun) or sketch.add(noun, span)
            if other is not table:
                _linked(table, other, sketch, many=True, span=span, name=one.name)
            continue
        _plain(table, one, sketch, span)


def _plain(table: TableSketch, one: Item, sketch: Sketch, span: Span) -> None:
    field = _ensure(table, one.name, span, sketch)
    field.kind = field.kind or one.kind
    field.sure = field.sure or one.sure
    field.options = field.options or one.options
    field.many = field.many or one.many
    field.required = field.required or one.required
    field.unique = field.unique or one.unique
    field.computed = field.computed or one.computed
    field.formula = field.formula or one.formula
    if one.maximum:
        field.settings["maximum"] = one.maximum
    if one.unit:
        field.settings["unit"] = one.unit


def _linked(a: TableSketch, b: TableSketch, sketch: Sketch, *, many: bool, span: Span | None, name: str = "") -> FieldSketch:
    """A link from `a` to `b`; the same link said twice is one."""
    existing = (
        next((f for f in a.fields if f.link is b), None) or next((f for f in b.fields if f.link is a), None)
        if a is not b
        else None
    )
    if existing is not None:
        existing.many = existing.many or (many and existing in a.fields)
        return existing
    label = name or (_titled(lemma(b.name)) if not many else _titled_many(b.name))
    field = a.field(label)
    if field is None:
        field = FieldSketch(label, span)
        a.fields.append(field)
    field.link, field.many, field.kind, field.sure = b, many, "link", True
    sketch.touched = (a, field)
    return field


def _titled(name: str) -> str:
    return name[:1].upper() + name[1:]


def _titled_many(name: str) -> str:
    from_words = name.split()
    return _titled(" ".join([*from_words[:-1], plural(from_words[-1])]))


# ── sentences ─────────────────────────────────────────────


_FORM = re.compile(
    r"^(?P<lead>.*?\b)?(?P<n>[\w-]+(?:\s+[\w-]+){0,2}?)\s+forms?(?:\s+(?:on|for|in|at)\s+(?:our|the|my)\s+[\w-]+)?\s*(?:\(|:|–|-\s|where\b|with\b|that\s+(?:has|asks|collects)|asking(?:\s+for)?|to\s+collect)\s*(?P<list>.+)$"
)
_FORM_FOR = re.compile(r"\bforms?\s+(?:for|to)\s+(?:an?\s+|the\s+|new\s+)?(?P<n>[\w -]{3,30}?)\s*[:(–-]\s*(?P<list>.+)$")
_FORM_FILLED = re.compile(
    r"^(?:every|each|all|the|an?|our)?\s*(?P<n>[\w -]{3,30}?)\s+(?:should|must|can|will|has\s+to|have\s+to|needs?\s+to|could|to)?\s*fills?\s+(?:in|out)\s+(?:an?|the|this)\s+(?:[\w-]+\s+)?form\b[^:(,]{0,40}[:(]\s*(?P<list>.+)$"
)
_DOER = re.compile(
    r"^(?:the|an?|each|every)\s+(?P<who>[\w-]+(?:\s+[\w-]+)?)\s+(?=gives?|rates?|scores?|writes?|attach|uploads?|signs?|picks?|chooses?|fills?|enters?|describes?|takes?|adds?|ticks?)"
)
_ASKS_FOR_APP = re.compile(
    r"^.{3,90}?\b(?:would\s+like|wants?|needs?|are\s+looking\s+for|is\s+looking\s+for)\s+(?:an?\s+|some\s+)?(?:new\s+|simple\s+|small\s+|better\s+)?(?:application|app|tool|system|database|tracker|solution|place|way)\s+(?:for|to\s+(?:track|manage|keep\s+track\s+of|organi[sz]e|handle|record))\s+(?!(?:[\w ]+,){2})"
)
_SUBMITS = re.compile(
    r"^(?:an?|the|each|every|our|any)?\s*(?P<who>[\w-]+(?:\s+[\w-]+)?)\s+(?:submits?|enters?|fills?\s+in|logs?|records?|gives?|provides?|types?\s+in|tells?\s+us|notes?)\s+(?:the\s+|their\s+|his\s+|her\s+|an?\s+)?(?P<list>[^.]+,.+)$"
)
_ASSIGNED = re.compile(
    r"\b(?:assign(?:s|ed)?|given|passed|handed|goes|sent)\s+(?:it\s+|them\s+|each\s+|one\s+)?to\s+(?:one\s+of\s+)?(?:our|the|an?|my)\s+(?P<b>[\w -]{3,24}?)(?=\s*(?:,|;|\.|\band\b|\bwho\b|$))"
)


def _form(raw: str, text: str, start: int, span: Span, sketch: Sketch) -> bool:
    """A form and what it asks: `a service request form (what's wrong, how urgent, a photo)`."""
    m = _FORM_FOR.search(text) or _FORM.match(text) or _FORM_FILLED.match(text)
    if m is None:
        return False
    noun = noun_of(m["n"])
    if m.re is _FORM_FILLED:
        noun = f"{noun} report" if noun and sketch.table(noun) is None else "report"
    table = sketch.table(noun) if noun else None
    if table is None and tableish(noun, told=True):
        table = sketch.add(noun, span)
    table = table or sketch.subject
    if table is None:
        return False
    _spoken(table, sketch)
    if not any(v.kind == "form" and v.table is table for v in sketch.views):
        sketch.views.append(ViewSketch("form", text, span, table=table))
    at, body = m.start("list"), m["list"]
    if (closing := body.find(")")) > 0 and text[at - 1 : at] == "(":
        body = body[:closing]
    if who := _DOER.match(body):
        if lexicon.kind_of(who["who"])[0] == "person" or who["who"].endswith(("er", "or", "ee")):
            field = _ensure(table, _titled(who["who"]), (start + at, start + at + who.end()), sketch)
            field.kind = field.kind or "person"
        if stars := _STARS.search(body):
            _rated(raw[at:], stars, start + at, sketch)
        _deeds(raw[at:], body, start + at, sketch)
        return True
    fill(table, items(raw[at : at + len(body)], start + at), sketch)
    for link in _ASSIGNED.finditer(text):
        other = _end(link["b"], sketch, span)
        if other is not None and other is not table:
            _linked(table, other, sketch, many=False, span=span)
            sketch.subject = table
    return True


def _sentence(raw: str, text: str, start: int, span: Span, sketch: Sketch) -> None:
    if _form(raw, text, start, span, sketch):
        return None
    if m := _ASKS_FOR_APP.match(text):
        return _walk(raw[m.end() :], text[m.end() :], start + m.end(), sketch, told=True, topic=True, context=True)
    if _explicit_link(raw, text, start, span, sketch):
        return None
    if (m := _STARS.search(text)) and sketch.subject and (m["top"] or m["top2"] or "star" in m[0]):
        _rated(raw, m, start, sketch)
        _deeds(raw, text, start, sketch)
        return None
    if (
        (m := _SUBMITS.match(text))
        and sketch.subject is not None
        and lexicon.fields().get(m["who"], lexicon.kind_of(m["who"])[0]) in ("person", "text", None)
    ):
        listed = items(raw[m.start("list") :], start + m.start("list"))
        if sum(map(is_fieldish, listed)) * 2 >= len(listed):
            fill(sketch.subject, listed, sketch)
            return None
    if m := _FOR_EACH.search(text):
        table = _named_table(m["e"], sketch, span)
        if table:
            return _walk_fields(table, raw[m.start("list") :], start + m.start("list"), sketch)
    if (m := _OF_EACH.match(text)) and "," in m["list"]:
        table = _named_table(m["e"], sketch, span)
        if table:
            lead = _tracked(m["list"])
            at = lead
            return fill(table, items(raw[at : m.end("list")], start + at), sketch)
    if (m := _HAS.match(text)) and _has(m, raw, start, span, sketch):
        return None
    tracked = _tracked(text)
    wordy = [w for w in re.findall(r"[a-z']+", text) if w in _TELLS]
    if tracked:
        context = bool(_TRADE.search(text[:tracked])) and not re.search(r"[(:]", text)
        return _walk(raw[tracked:], text[tracked:], start + tracked, sketch, told=True, topic=context, context=context)
    if not wordy:
        listed = items(raw, start) if sketch.subject is not None and "," in text else []
        if listed and sum(map(is_fieldish, listed)) * 3 >= len(listed) * 2 and not is_many(text.split(",")[0].split("(")[0]):
            return fill(sketch.subject, listed, sketch)  # type: ignore[arg-type]
        return _walk(raw, text, start, sketch, told=True, topic=True)
    size = len(text) and sum(len(t.fields) for t in sketch.tables)
    _deeds(raw, text, start, sketch)
    if sketch.subject is not None and text.count(",") >= 2 and size == sum(len(t.fields) for t in sketch.tables):
        listed = items(raw, start)
        if sum(map(is_fieldish, listed)) * 3 >= len(listed) * 2:
            fill(sketch.subject, listed, sketch)
    return None


_TELLS = frozenset(
    "is are was were am have has had do does did can could may might must shall should will would we i you they he she it's i'm we're don't".split()
)


_TRADE = re.compile(
    r"\b(?:sell|rent|run|offer|host|make|teach|lend|maintain|service|repair|publish|breed|grow|produce|organi[sz]e|handle|have|manage)\s+(?:out\s+)?$"
)


def _tracked(text: str) -> int:
    """Where the things begin in `we need to keep track of boats`; 0 when the text does not tell to keep anything."""
    at = 0
    while m := _TRACK.match(text[at:]):
        if (at and m.end() > 40) or not text[at + m.end() :].strip():
            break
        at += m.end()
    return at


def _named_table(phrase: str, sketch: Sketch, span: Span) -> TableSketch | None:
    low = phrase.strip().lower()
    if _PRONOUN.match(low):
        return sketch.subject
    noun = noun_of(low)
    table = sketch.table(noun) if noun else None
    if table is None and tableish(noun, told=True):
        table = sketch.add(noun, span)
    if table is not None:
        _spoken(table, sketch)
    return table


def _explicit_link(raw: str, text: str, start: int, span: Span, sketch: Sketch) -> bool:
    if (m := _MANY.match(text)) or (
        (where := re.search(r"\bwhere\s+", text)) and (m := _MANY.match(" " * where.end() + text[where.end() :]))
    ):
        a, b = _end(m["a"], sketch, span), _end(m["b"], sketch, span)
        if a and b and a is not b:
            _linked(a, b, sketch, many=True, span=span)
            _spoken(a, sketch, 0.5)
            rest = m["rest"].strip(" ,;:")
            if rest:
                at = m.start("rest") + len(m["rest"]) - len(m["rest"].lstrip(" ,;:"))
                inner = re.match(r"(?:\(|with\s+)(?P<x>.*?)\)?$", rest)
                if inner:
                    fill(b, items(raw[at + inner.start("x") : at + inner.end("x")], start + at + inner.start("x")), sketch)
                elif rest.startswith("and ") or "," in rest:
                    fill(a, items(raw[at:], start + at), sketch)
            return True
    if m := _BELONGS.match(text):
        a = sketch.subject if _PRONOUN.match(m["a"].strip()) else _end(m["a"], sketch, span)
        b = _end(m["b"], sketch, span, only_known=m["n"] is None and not re.search(r"belong|link|part of|tied", text))
        if a and b and (a is not b or re.search(r"\bother\b", m[0])):
            many = (bool(m["n"]) and bool(re.search(r"several|many|multiple|more|other|different|some|any", m["n"] or ""))) or (
                m["n"] is None and is_many(m["b"])
            )
            name = "" if a is not b else _self_name(text)
            _linked(a, b, sketch, many=many, span=span, name=name)
            _spoken(a, sketch, 0.5)
            rest = m["rest"].strip(" ,;")
            if rest and not rest.startswith(("or ",)):
                rest_at = m.start("rest") + len(m["rest"]) - len(m["rest"].lstrip(" ,;"))
                body = re.sub(r"^(?:and|with|has|have)\s+", "", rest)
                at = rest_at + len(rest) - len(body)
                body = re.sub(r"^(?:has|have|with|an?)\s+", "", body)
                at = len(raw.rstrip(" ,;")) - len(body) if raw.lower().rstrip(" ,;").endswith(body) else at
                fill(a, items(raw[at:], start + at), sketch)
            return True
    if m := re.match(
        r"^(?:the\s+|an?\s+|each\s+|every\s+)?(?P<x>[\w -]{3,30}?)\s+(?:links?|connects?|joins?|ties?|tie)\s+(?:an?\s+|the\s+)?(?P<a>[\w -]{3,24}?)\s+(?:to|with|and)\s+(?:an?\s+|the\s+)?(?P<b>[\w -]{3,24}?)(?P<rest>\s*(?:,|with\b|and\b|$).*)$",
        text,
    ):
        x = _end(m["x"], sketch, span)
        a, b = _end(m["a"], sketch, span), _end(m["b"], sketch, span)
        if x and a and b and len({id(x), id(a), id(b)}) == 3:
            _linked(x, a, sketch, many=False, span=span)
            _linked(x, b, sketch, many=False, span=span)
            _spoken(x, sketch)
            if inner := re.match(r"[\s,]*(?:with|and)\s+", m["rest"]):
                at = m.start("rest") + inner.end()
                fill(x, items(raw[at:], start + at), sketch)
            return True
    linked = False
    for m in _TIES.finditer(text):
        a, b = _end(m["a"], sketch, span), _end(m["b"], sketch, span)
        if a and b and a is not b:
            _linked(a, b, sketch, many=bool(m["n"]) and m["n"].strip() in ("several", "many"), span=span)
            linked = True
    if linked and (m := re.search(r"\b(?:ties?|links?)\b.*?\bwith\s+(?P<x>an?\s.*)$", text)) and sketch.touched:
        fill(sketch.touched[0], items(raw[m.start("x") :], start + m.start("x")), sketch)
    return linked


def _self_name(text: str) -> str:
    if m := re.search(r"\((?P<x>[\w ]{3,24})\)", text):
        return _titled(m["x"])
    return "Depends on" if "depend" in text else "Parent"


def _end(phrase: str, sketch: Sketch, span: Span, *, only_known: bool = False) -> TableSketch | None:
    """One end of a link: a known table, or a new one when the noun is one that businesses keep."""
    if _PRONOUN.match(phrase.strip()):
        return sketch.subject
    noun = noun_of(phrase)
    table = sketch.table(noun) if noun else None
    if table is None and not only_known and tableish(noun):
        table = sketch.add(noun, span)
        table.weight += 0.5
    return table


def _has(m: "re.Match[str]", raw: str, start: int, span: Span, sketch: Sketch) -> bool:
    subject, verb = m["subj"].strip(" ,"), m["verb"]
    low = subject.lower()
    if re.match(
        r"(?:about|around|roughly|over|more\s+than|some|nearly|almost|\d|two|three|four|five|six|ten|dozens)\b", m["list"]
    ) and not re.match(r"(?:each|every|an?|the)\b", low):
        return False
    if re.match(r"(?:(?:i|we|you)|(?:and|also|then|so|but)\s+(?:i|we|you))$", low) and verb.split()[-1] in (
        "want",
        "have",
        "need",
        "track",
        "record",
        "keep",
        "store",
        "collect",
        "show",
        "wants",
        "list",
        "get",
    ):
        return False
    if re.search(r"\b(?:i|we|you)$", low):
        return False
    if (
        verb.split()[-1] in ("need", "needs", "want", "wants")
        and re.match(r"(?:my|our|the|this)\b|[\w]+$", low)
        and _tables_inside(m["list"])
    ):
        _walk(raw[m.start("list") :], m["list"], start + m.start("list"), sketch, told=True)
        return True
    table: TableSketch | None = None
    if _PRONOUN.match(low) or low in ("", "each", "every one", "all"):
        table = sketch.subject
    else:
        spoken = _tracked(low + " ")
        inner = subject[spoken:] if spoken < len(subject) else subject
        named = pieces(inner)
        names = [p for a, b, _ in named if (p := inner[a:b])]
        nouns = [noun_of(n) for n in names]
        nouns = [n for n in nouns if n]
        each = bool(re.match(r"(?:(?:and|also|the|then|so|but)\s+)*(?:each|every|an?)\b", low))
        told = bool(spoken) or each or any(is_many(n) for n in names)
        for noun, (_, _, mark) in zip(nouns, named, strict=False):
            one = sketch.table(noun) or (sketch.add(noun, span) if tableish(noun, told=told) else None)
            if one is not None:
                if mark == ">" and table is not None and table is not one:
                    _linked(one, table, sketch, many=False, span=span)
                table = one
                _spoken(one, sketch)
        if len(nouns) > 1 and table is not None and not each and re.search(r"\bboth\b|\ball\b", low):
            for noun in nouns[:-1]:
                if (one := sketch.table(noun)) is not None:
                    _walk_fields(one, raw[m.start("list") :], start + m.start("list"), sketch)
    if table is None:
        return False
    sketch.subject = table
    if n := re.search(
        r"\s(?:per|for|against|on|of|by|at|in)\s+(?:each\s+|every\s+|the\s+|our\s+|an?\s+)?(?P<b>[\w -]{2,24}?)\s*$", low
    ):
        other = sketch.table(noun_of(n["b"]))
        if other is not None and other is not table:
            _linked(table, other, sketch, many=False, span=span)
    _walk_fields(table, raw[m.start("list") :], start + m.start("list"), sketch)
    return True


def _rated(raw: str, m: "re.Match[str]", start: int, sketch: Sketch) -> None:
    table = sketch.subject
    if table is None:
        return
    top = int(m["top"] or m["top2"] or 5)
    for one in items(raw[m.start("list") : m.end("list")], start + m.start("list")):
        one.kind, one.sure, one.maximum = "rating", True, top
        _plain(table, one, sketch, (one.start, one.end))


def _deeds(raw: str, text: str, start: int, sketch: Sketch) -> None:
    """Fields said by what someone does: writes a summary, attaches the receipt, takes a photo."""
    table = next(iter(sketch.mentioned(text)), None) or sketch.subject
    if table is None:
        return
    for pattern, kind in _DEEDS:
        for m in pattern.finditer(text):
            span = (start + m.start("x"), start + m.end("x"))
            if not m["x"]:
                name = "Signature"
            else:
                found = items(raw[m.start("x") : m.end("x")], start + m.start("x"))
                if not found or found[0].name.lower() in lexicon.verbs():
                    continue
                name = found[0].name
            field = _ensure(table, name, span, sketch)
            known = lexicon.kind_of(name.lower())
            field.kind = field.kind or (known[0] if known[1] == 1 and kind == "long_text" else kind)
            field.sure = True


def _walk(raw: str, text: str, start: int, sketch: Sketch, *, told: bool, topic: bool = False, context: bool = False) -> None:
    """A list at the top of things: `my properties (type, price), buyers with their budget, and viewings`."""
    current: TableSketch | None = None
    filling = False
    previous: TableSketch | None = None
    for a, b, mark in pieces(text):
        piece = text[a:b]
        at = start + a
        if context and not is_many(re.split(r"\s+(?:to|in|for|from|at|by|per)\b", piece)[0]):
            continue
        if filling and current and not _turns(piece, sketch):
            fill(current, items(raw[a:b], at), sketch)
            continue
        colon = re.match(r"(?P<n>[^:(]{2,48}?)(?::\s+|\s+[–-]\s+)(?P<f>\S.*)$", piece)
        if (
            colon
            and (told_noun := noun_of(re.sub(r"\s+(?:per|for each|by|of)\s+.*$", "", colon["n"])))
            and (
                (is_many(re.sub(r"\s+(?:per|for each|by|of)\s+.*$", "", colon["n"])) and tableish(told_noun, told=True))
                or sketch.table(told_noun)
            )
        ):
            current = sketch.table(told_noun) or sketch.add(told_noun, (at, start + b))
            _spoken(current, sketch)
            _per(current, colon["n"], sketch, (at, start + b))
            fill(current, items(raw[a + colon.start("f") : b], at + colon.start("f")), sketch)
            filling, previous = True, current
            continue
        bracket = re.search(r"\s*\((?P<x>.*?)(?:\)\s+(?:who|which|that)\b.*|\)?)\s*$", piece)
        has = _WITH_LIST.search(piece)
        head = piece[: min(bracket.start() if bracket else len(piece), has.start() if has else len(piece))]
        if re.match(r"\s*(?:show|see|display|make|let|give)\s", head) or re.search(r"\bhere\s*$", head):
            continue
        noun = noun_of(re.sub(r"\s+(?:per|for\s+(?:each|every)|by)\s+[\w -]+$", "", head))
        table = sketch.table(noun) if noun else None
        plural_head = is_many(re.sub(r"\s+(?:we|i|that|which|who|for|in|on|at|from|to|of|by|per|so)\b.*$", "", head))
        kind = lexicon.fields().get(noun)
        if (
            table is None
            and noun
            and current is not None
            and not bracket
            and not has
            and not plural_head
            and (kind or not tableish(noun))
        ):
            fill(current, items(raw[a:b], at), sketch)
            continue
        if (
            table is None
            and tableish(noun, told=told and (plural_head or bool(bracket) or bool(has)))
            and (plural_head or noun not in lexicon.fields() or bracket or has or current is None)
        ):
            if not (plural_head or bracket or has or topic or noun in lexicon.tables() or noun.split()[-1] in UNCOUNTED):
                continue
            table = sketch.add(noun, (at, start + b))
            table.topic = topic and (context or not plural_head or _contained(head)) and not bracket and not has
        if table is None:
            continue
        if mark == ">" and previous is not None and previous is not table:
            _linked(table, previous, sketch, many=False, span=(at, start + b))
        previous = current = table
        _spoken(table, sketch)
        _per(table, head, sketch, (at, start + b))
        if has:
            filling = True
            twin = sketch.tables[-2] if mark == "and" and len(sketch.tables) > 1 and sketch.tables[-1] is table else None
            if twin is not None and twin.origin is None and not twin.fields and is_many(head):
                fill(twin, items(raw[a + has.end() :], at + has.end()), sketch)
                _spoken(table, sketch, 0)
            fill(table, items(raw[a + has.end() : b], at + has.end()), sketch)
        elif bracket:
            filling = False
            inside = bracket.start("x")
            if m := re.match(r"(?:each|every|an?|the)\s+[\w ]{2,24}?\s+(?:has|have|with|needs?)\s+", bracket["x"]):
                inside += m.end()
            inner = raw[a + inside : a + bracket.end("x")]
            listed = items(inner, at + inside)
            if sum(map(is_fieldish, listed)) * 2 >= len(listed) or (len(listed) >= 3 and not _optionish(listed)):
                fill(table, listed, sketch)
            elif len(found := choices(inner)) >= 2:
                field = _ensure(table, "Type", (at, start + b), sketch)
                field.options = field.options or found
        else:
            filling = False


def _per(table: TableSketch, head: str, sketch: Sketch, span: Span) -> None:
    """`inspections per hive`, `donations by family`: a link to the table after it."""
    if m := re.search(r"\b(?:per|for\s+each|for\s+every|by)\s+(?P<b>[\w -]{2,24}?)\s*$", head):
        other = sketch.table(noun_of(m["b"]))
        if other is not None and other is not table:
            _linked(table, other, sketch, many=False, span=span)


def _contained(head: str) -> bool:
    """`complaints log`, `guest list`: the noun is what the app is about, not necessarily a table."""
    words = [w for w in re.findall(r"[a-z-]+", head.lower()) if w not in ("for", "here", "please")]
    return bool(words) and words[-1] in _CONTAINER


def _turns(piece: str, sketch: Sketch) -> bool:
    """Whether an item in a list of fields begins another table: `my buyers`, `orders with …`, `leases (start, end)`."""
    piece = re.sub(r"\s+(?:per|by|for each|from|for|at)\s+[\w-]+(?=\s*[:(]|\s+with\b)", "", piece)
    m = re.match(
        r"(?:and\s+)?(?P<d>my|our|all|the|a list of|list of)?\s*(?P<n>[^(]+?)(?=\s*\(|:\s|\s+(?:with|has|have|which|that)\s|$)",
        piece,
    )
    if not m:
        return False
    noun = noun_of(m["n"])
    opened = piece[m.end() :].strip().startswith(("(", ":", "with", "has", "have", "which", "that"))
    return (
        bool(noun)
        and is_many(m["n"])
        and (noun not in lexicon.fields() or (opened and noun in lexicon.tables()))
        and ((opened and tableish(noun)) or (bool(m["d"]) and tableish(noun) and m["d"] in ("my", "our", "a list of", "list of")))
    )


def link_ends(raw: str, text: str, start: int, span: Span, sketch: Sketch) -> None:
    """`that ties a property to a client with a rating`: links from what was spoken of to both, and the fields after them."""
    home = sketch.subject
    m = re.search(
        r"\b(?:ties?|links?|connects?)\s+(?:an?\s+|the\s+|each\s+)?(?P<a>[\w -]{3,24}?)\s+(?:to|with|and)\s+(?:an?\s+|the\s+|our\s+)?(?P<b>[\w -]{3,24}?)(?=\s*(?:,|with\b|$|\.))(?:\s*with\s+(?P<list>.+))?",
        text,
    )
    if home is None or m is None:
        return
    for side in ("a", "b"):
        other = _end(m[side], sketch, span)
        if other is not None and other is not home:
            _linked(home, other, sketch, many=False, span=span)
    if m["list"]:
        fill(home, items(raw[m.start("list") :], start + m.start("list")), sketch)
    sketch.subject = home
