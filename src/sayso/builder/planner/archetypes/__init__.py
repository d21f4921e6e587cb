"""Apps as the trades keep them: what a plan of that trade often has too. They suggest; what somebody asked for always wins."""

from sayso.builder.planner.archetypes.suggesting import Suggestion, suggestions

__all__ = ["Suggestion", "suggestions"]
