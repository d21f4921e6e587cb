"""Questions about a table in plain words, answered by our own query: never SQL from a model, never a row shown to one.

A model (or, without one, a careful reading of the words) turns the question into an `Asked`; it is checked against the table, run within
the rights of whoever asks, and told in a sentence of ours with the rows behind it.
"""

from sayso.ai.questions import words
from sayso.ai.questions.answering import Answer, answered
from sayso.ai.questions.asked import Asked
from sayso.ai.questions.reading import Reading, read

__all__ = ["Answer", "Asked", "Reading", "answered", "read", "words"]
