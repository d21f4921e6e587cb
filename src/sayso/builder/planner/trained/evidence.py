"""What the planner's word lists say of a field's kind, as figures for the classifier beside the model's own view."""

import re

import numpy as np

from sayso.builder.planner.kinds import by_gazetteer
from sayso.builder.planner.trained.classes import KINDS
from sayso.gateway.builtin.weights import Array

_SAME = {"money": "currency", "checkbox": "boolean", "person": "user", "created_at": "datetime", "updated_at": "datetime"}
_NAME_WORDS = 4
_TELLS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?:y/n|yes|no|whether|if)\b|\?$|^(?:is|are|has|have|did|does|was|were|can)\b|\bor not\b",
        r"\bwho(?:se|ever)?\b|\bby whom\b|\bperson\b|\bstaff\b|\bassigned\b|\bin charge\b",
        r"\bwhen\b|\bdates?\b|\bdays?\b|\bdue\b|\bdeadline\b|\bexpir|\buntil\b|\bsince\b",
        r"\btime\b|\bat what\b|\bhour\b|\bclock\b",
        r"\bhow (?:many|long|much|often|old|big|far)\b|\bnumber of\b|\bcount\b|\bqty\b|\bquantity\b|\b(?:in|per) (?:kg|kilos|m|cm|km|miles|minutes|hours|days|litres|liters)\b",
        r"[€$£]|\bhow much\b|\bprice\b|\bcosts?\b|\bfees?\b|\bpaid\b|\bowed?s?\b|\bcharge\b|\brate\b|\bamount\b",
        r"\b1\s*(?:-|–|to)\s*(?:5|10)\b|\bstars?\b|\brating\b|\bscore\b",
        r"\bphotos?\b|\bpic(?:ture)?s?\b|\bimages?\b|\bsnaps?\b",
        r"\bfile\b|\bpdf\b|\bscan\b|\bupload\b|\bdocument\b|\bcopy of\b|\bcertificate\b|\bcv\b",
        r"\bwhat\b|\bwhy\b|\bnotes?\b|\bcomments?\b|\bdescription\b|\bremarks?\b|\bdetails?\b|\bstory\b|\banything\b",
        r"\bwhich\b|\bstatus\b|\bstage\b|\btype\b|\bcategory\b|\bkind\b|\bpriority\b",
        r"s$",
    )
)
EVIDENCE = len(KINDS) + 3 + len(_TELLS)
"""One for each kind; one each for `the lists say nothing`, more words than a name has, and choices that follow; and one for each tell."""


def evidence(words: str, *, choices: bool) -> Array:
    """`words` name the field as the wish does; `choices` says that a list of choices stands right after them."""
    row = np.zeros(EVIDENCE, np.float32)
    kind, sure = by_gazetteer(words, "")
    named = _SAME.get(kind or "", kind or "")
    if named in KINDS:
        row[KINDS.index(named)] = sure
    else:
        row[len(KINDS)] = 1
    row[len(KINDS) + 1] = len(words.split()) > _NAME_WORDS
    row[len(KINDS) + 2] = choices
    low = words.lower()
    for i, tell in enumerate(_TELLS, len(KINDS) + 3):
        row[i] = tell.search(low) is not None
    return row
