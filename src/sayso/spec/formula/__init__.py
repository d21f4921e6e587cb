"""Our own small typed formula language.

`parse(source)` gives nodes, `typed(nodes, table, app)` checks them and finds the result's type, `evaluate` works them out
in Python, `sayso.data.formulas_sql` compiles them to SQL. There is no eval, no attribute, and no call outside the table of functions.
"""

from sayso.spec.formula.evaluate import Row, evaluate
from sayso.spec.formula.functions import FUNCTIONS
from sayso.spec.formula.parse import names_in, parse, references, renamed
from sayso.spec.formula.typed import Typed, type_of, typed
from sayso.spec.formula.types import Base, Type

__all__ = [
    "FUNCTIONS",
    "Base",
    "Row",
    "Type",
    "Typed",
    "evaluate",
    "names_in",
    "parse",
    "references",
    "renamed",
    "type_of",
    "typed",
]
