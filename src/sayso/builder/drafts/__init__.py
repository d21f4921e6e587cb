"""Drafts: wishes being worked on. A draft is planned, talked about, edited, and then built or discarded.

planning ──► ready ──► built
               │  ▲
               ├──┘   say, edit: the plan follows (with a model it is planning meanwhile, the plan before it kept beside)
               └───► discarded          failed: the planner could not read it; the reason is kept
"""

from sayso.builder.drafts.draft import Draft, discard, edit, listed, read
from sayso.builder.drafts.messages import FILES_MAX, begin, wait_for
from sayso.builder.drafts.planning import describe, make, say, stop, stream
from sayso.builder.drafts.stored import row_of

__all__ = [
    "FILES_MAX",
    "Draft",
    "begin",
    "describe",
    "discard",
    "edit",
    "listed",
    "make",
    "read",
    "row_of",
    "say",
    "stop",
    "stream",
    "wait_for",
]
