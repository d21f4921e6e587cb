"""Runs: begun, read, called off, taken up again, swept.

begin(tx, registered, trigger, key=)      exactly once for a key; the run is there when the transaction commits
begin_many(tx, registered, begun)         the same for many, in one statement
call_off(tx, app, automation, by=)          all that wait for their turn
cancel, pause, resume, retry, replay      what people do with them
wake(tx, run), came(tx, token, body)      what a sleeping run waits for has come
"""

from sayso.automations.runs.acts import came, cancel, pause, replay, resume, retry
from sayso.automations.runs.begin import Begun, begin, begin_many
from sayso.automations.runs.calling_off import call_off
from sayso.automations.runs.reading import Asked, FailureGroup, failures, found, listed, may_in, steps, whole, wholly
from sayso.automations.runs.run import OVER, RunState
from sayso.automations.runs.sweeping import sweep
from sayso.automations.runs.waking import wake

__all__ = [
    "OVER", "Asked", "Begun", "FailureGroup", "RunState", "begin", "begin_many", "call_off", "came", "cancel", "failures", "found", "listed", "may_in",
    "pause", "replay", "resume", "retry", "steps", "sweep", "wake", "whole", "wholly",
]  # fmt: skip
