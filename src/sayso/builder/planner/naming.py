"""What a field is called: the words before what is only said about it."""

import re

from sayso.builder.planner import lexicon
from sayso.builder.planner.item import Item
from sayso.builder.planner.options import capital

NAME_WORDS_MAX = 6


LEAD = re.compile(
    r"^(?:(?:and|or|plus|also|then|with|including|include|incl\.?|the|an?|their|its|his|her|our|my|your|some|any|optional|optionally|maybe|possibly|"
    r"of course|as well as|along with|together with|like|such as|things like|just|simply|e\.g\.?,?|i\.e\.?,?|namely|both|at least|each|we|i|they|it|"
    r"want|need|needs|has|have|should|must|can|will|would|record|note|store|track|keep|save|log|enter|a field for|field for|fields for|fields|columns|column for|"
    r"one|single|exact|basic|current|new|proper|short|free|dated)\s+)+(?=\S)"
)
_KEEP_LEAD = frozenset("current balance|new price|short description|single malt".split("|"))


_CUT = re.compile(
    r"\s+(?:that|which|so|because|since|when|if|where|who|whose|we|they|i|you|is|are|was|were|will|should|must|can|may|be|gets?|has|have|until|while|after|before|via|each|"
    r"from|as|using|based|depending|to\s+(?:be|see|know|show|track|help|avoid)|so\s+that|in\s+case|for\s+(?:each|every|all|it|them|the|that|this|when|our|us|tracking|which)|"
    r"on\s+(?:it|them|the|each|every|which)|in\s+(?:it|the|our|each|every|which|there)|at\s+(?:the|which)|with|by\s+(?:the|a|an|us|them|email|phone)|automatically|"
    r"if\s+any|too|etc\.?|please|afterwards|immediately|itself|themselves)\b.*$"
)
_OF = re.compile(r"\s+(?:for|in|on|at|with)\s+.*$")


def name_of(text: str, cased: str, made: Item) -> str:
    lead = LEAD.match(text)
    if lead and text not in _KEEP_LEAD and text[lead.end() :].strip() and not _known(text):
        if re.search(r"\b(?:several|many|multiple)\b", text[: lead.end()]):
            made.many = True
        text, cased = text[lead.end() :], cased[lead.end() :]
        made.start += lead.end()
    if m := re.match(
        r"(?:(?P<many>several|many|multiple|lots of|a list of|list of|one or more|zero or more|any number of|all(?: of)?(?: the)?)|\d+(?:\s*[-–]\s*\d+)?)\s+",
        text,
    ):
        made.many = True
        text, cased = text[m.end() :], cased[m.end() :]
    if not _known(text):
        if m := _CUT.search(text):
            text, cased = text[: m.start()], cased[: m.start()]
        if (m := _OF.search(text)) and not _known(text) and m.start() > 2:
            text, cased = text[: m.start()], cased[: m.start()]
    cased = (
        re.sub(r"[\"'“”{}\[\]()?!]", "", cased).replace("/", " / ")
        if "/" in cased and " / " not in cased and len(cased.split("/")[0]) > 3
        else re.sub(r"[\"“”{}\[\]()?!]", "", cased)
    )
    words = cased.split()
    while (
        words
        and not _dated(words)
        and words[-1].lower()
        in (
            "and",
            "or",
            "the",
            "a",
            "of",
            "for",
            "to",
            "with",
            "as",
            "is",
            "in",
            "on",
            "&",
            "/",
            "+",
            "-",
        )
    ):
        words.pop()
    while words and words[0].lower() in ("and", "or", "of", "the", "a", "an", "&", "/", "+", "-", "to"):
        words.pop(0)
    if len(words) > NAME_WORDS_MAX:
        words = words[:NAME_WORDS_MAX]
    name = " ".join(words).strip(" .,:;-–'")
    if name.lower() in _NO_NAMES:
        return ""
    return cased_name(name)


def _known(text: str) -> bool:
    return text.strip() in lexicon.fields()


_NO_NAMES = frozenset(
    "please thanks thank etc more so everything stuff things anything others other rest same them it that this all each too also ok okay simple cheers".split()
)


def _dated(words: list[str]) -> bool:
    """`produced on`, `issued on`, `taken at`, `due in`: the small word at the end belongs to the name."""
    return (
        len(words) == 2
        and words[1].lower() in ("on", "at", "by", "in", "out")
        and (
            words[0].lower().endswith(("ed", "en", "wn"))
            or words[0].lower()
            in ("due", "date", "sent", "paid", "made", "bought", "sold", "left", "time", "check", "built", "met")
        )
    )


_ACRONYMS = frozenset(
    "id url sku vat gst iban bic vin cv pdf dob qr isbn po pin gps ip sla kpi roi rsvp faq crm hr it nps csat api erp eta etd ai ui ux qa ar ap pr b2b cpc cpm ctr roi mrr arr usd eur gbp dba ein ssn npi rfi rfp rfq sop".split()
)


def cased_name(name: str) -> str:
    """A name as the product writes it: first letter large, acronyms large, the rest as typed unless shouted."""
    words = name.split()
    shouted = len(words) > 1 and name.isupper()
    out: list[str] = []
    for i, w in enumerate(words):
        low = w.lower()
        if low in _ACRONYMS and not (low == "it" and w != "IT" and len(words) > 1):
            out.append(w.upper())
        elif low == "e-mail":
            out.append("Email" if i == 0 else "email")
        elif shouted or (w.istitle() and i and low in lexicon.fields()):
            out.append(low if i else low.capitalize())
        elif i == 0:
            out.append(capital(w))
        else:
            out.append(w if not (w[:1].isupper() and w[1:].islower() and name.istitle()) else low)
    return " ".join(out)
