"""The planner as it is without its language model: by rules alone. What the rules promise is tested so, on every machine."""

from sayso.builder.planner import Plan, Wish
from sayso.builder.planner import plan as planned


def plan(wish: Wish) -> Plan:
    return planned(wish, None)
