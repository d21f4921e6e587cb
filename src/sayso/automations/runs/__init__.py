"""Runs: begun, read, called off, taken up again, swept.

begin(tx, registered, trigger, key=)      exactly once for a key; the run is there when the transaction commits
begin_many(tx, registered, begun)         the same for many, in one statement
"""

from sayso.automations.runs.begin import Begun, begin, begin_many
from sayso.automations.runs.run import OVER, RunState

__all__ = ["OVER", "Begun", "RunState", "begin", "begin_many"]
