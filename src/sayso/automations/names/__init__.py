"""Names in braces: what they mean in a run, and which there are to choose from.

template    a text taken apart
rows        values of rows that names read, gathered before a step
names       what each name means now, as text or as a value
offers      what can be named at a place of an automation
"""

from sayso.automations.names.names import Names, Unknown
from sayso.automations.names.offers import Offer, offered

__all__ = ["Names", "Offer", "Unknown", "offered"]
