"""Who did what, to what, from where: the log that is only ever added to.

Values of rows are in the history of each row. Here is what people and programs do to the workspace and its apps: people and rights,
sign-ins, tokens, sharing, publishing, exports and downloads, connections, apps and their versions, what AI was allowed to do.
An entry is written in the transaction of what it tells of, by one insert; PostgreSQL gives it its number and its hash at the commit.
"""

from sayso.team.audit.entry import Entry
from sayso.team.audit.reading import Wanted, kinds, listed, streamed
from sayso.team.audit.writing import write

__all__ = ["Entry", "Wanted", "kinds", "listed", "streamed", "write"]
