"""Which automations there are, which are on and since when, and with whose rights they act: one row for each, which follows the specs.

refresh.py   brings an app's rows up to date with its versions
owners.py    who switched an automation on, or changed it while it was on
watch.py     when the clock is to look at a trigger next
reading.py   what a run begins with, and what is shown
rights.py    whoever lost the right, or left, acts through no automation any more
"""

from sayso.automations.registered import Registered
from sayso.automations.registry.reading import Entry, entries, entry, read
from sayso.automations.registry.refresh import refresh

__all__ = ["Entry", "Registered", "entries", "entry", "read", "refresh"]
