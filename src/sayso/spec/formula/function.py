"""The shape of one function: what it takes, what it gives, how it is explained and worked out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sayso.spec.formula.types import Type

Gives = Type | Callable[[list[Type]], Type]


@dataclass(frozen=True, slots=True)
class Parameter:
    """`kind`: number, text, moment (date or datetime), boolean, any, list, same, or a literal: unit ("days"), format ("D MMM").

    `many` repeats and takes lists as well; `same` asks that all arguments so marked share one type.
    """

    kind: str
    optional: bool = False
    many: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """`work` gets Python values: Decimal, str, date, datetime (local, without zone), bool, lists, None.

    A `strict` function is blank as soon as one argument is.
    """

    name: str
    parameters: tuple[Parameter, ...]
    gives: Gives
    says: str
    example: str
    work: Callable[..., Any]
    strict: bool = True

    @property
    def least(self) -> int:
        return sum(not p.optional for p in self.parameters)

    @property
    def most(self) -> int | None:
        return None if any(p.many for p in self.parameters) else len(self.parameters)


def function(
    name: str, takes: str, gives: Gives, says: str, example: str, work: Callable[..., Any], strict: bool = True
) -> Function:
    """`takes` is words such as `number number?` or `any*`: `?` may be left out, `*` any number of them, lists included."""
    parameters = tuple(Parameter(word.rstrip("?*"), "?" in word, "*" in word) for word in takes.split())
    return Function(name, parameters, gives, says, example, work, strict)
