"""The planner that needs no model: English words in, a checked plan out."""

from sayso.builder.planner.planner import plan
from sayso.builder.planner.wish import Column, Note, Plan, Sheet, Turn, Wish

__all__ = ["Column", "Note", "Plan", "Sheet", "Turn", "Wish", "plan"]
