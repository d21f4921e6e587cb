"""A change is a value with an inverse: the one idea of the house.

completed(app, change)   the change and everything that has to follow from it
apply(app, change)       the app after it
inverse(app, change)     the change back, exactly
effects(app, change)     what it does, in sentences
difference(a, b)         the change from one app to another
"""

from sayso.spec.change.apply import apply
from sayso.spec.change.completed import completed, completed_app
from sayso.spec.change.difference import difference
from sayso.spec.change.effects import Effect, effects
from sayso.spec.change.inverse import inverse
from sayso.spec.change.step import Add, Alter, Change, Face, Move, PartKind, Remove, Rename, Step, face

__all__ = [
    "Add", "Alter", "Change", "Effect", "Face", "Move", "PartKind", "Remove", "Rename", "Step", "apply", "completed",
    "completed_app", "difference", "effects", "face", "inverse",
]  # fmt: skip
