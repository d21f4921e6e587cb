"""Text out of files that strangers made: read in a child process with little memory, little time and none of our secrets."""

from sayso.ai.reading.process import Document, document
from sayso.ai.reading.types import READABLE

__all__ = ["READABLE", "Document", "document"]
