"""Which trials are waited for, and who works on them."""

from sayso.db.claims import Claims
from sayso.db.trial_tables import trials as t
from sayso.trials.trial import OPEN

TRIALS = Claims(t, open=t.c.state.in_(OPEN), first=(t.c.created_at, t.c.id))
