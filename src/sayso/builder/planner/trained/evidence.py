"""What the planner's word lists say of a field's kind, as figures for the classifier beside the model's own view."""

import numpy as np

from sayso.builder.planner.kinds import by_gazetteer
from sayso.builder.planner.trained.classes import KINDS
from sayso.gateway.builtin.weights import Array

EVIDENCE = len(KINDS) + 2
"""One for each kind, one for `the lists say nothing`, and one for more words than a name has."""
_SAME = {"money": "currency", "checkbox": "boolean", "person": "user", "created_at": "datetime", "updated_at": "datetime"}
_NAME_WORDS = 4


def evidence(words: str) -> Array:
    """`words` name the field as the wish does."""
    row = np.zeros(EVIDENCE, np.float32)
    kind, sure = by_gazetteer(words, "")
    named = _SAME.get(kind or "", kind or "")
    if named in KINDS:
        row[KINDS.index(named)] = sure
    else:
        row[-2] = 1
    row[-1] = len(words.split()) > _NAME_WORDS
    return row
