"""What a provider's groups mean here: our groups, and a role. Pure."""

from collections.abc import Mapping as AnyMapping
from dataclasses import asdict, dataclass
from typing import Any, Self, get_args

from sayso.errors import Invalid, Problem
from sayso.team.roles import Reach

RULES_MAX = 200
VALUE_CHARACTERS_MAX = 200
NEVER = ("owner", "nothing")
"""Owners are made by owners, not by a directory."""
ROLES: tuple[Reach, ...] = tuple(role for role in get_args(Reach) if role not in NEVER)


@dataclass(frozen=True, slots=True)
class Rule:
    """Whoever the provider says is in `value` is in our group, and has at least this role."""

    value: str
    group: str | None = None
    role: Reach | None = None


@dataclass(frozen=True, slots=True)
class Mapping:
    """`groups` is the claim or attribute that names them. `new` lets strangers become members, with `role`; `strict` only whom a rule
    fits."""

    groups: str = "groups"
    rules: tuple[Rule, ...] = ()
    role: Reach = "member"
    new: bool = True
    strict: bool = False

    @classmethod
    def of(cls, told: AnyMapping[str, Any]) -> Self:
        """Raises `Invalid`."""
        problems: list[Problem] = []
        unknown = set(told) - set(cls.__dataclass_fields__)
        problems += [Problem(f"mapping/{name}", "is not known here", "rules") for name in sorted(unknown)]
        rules = told.get("rules") or []
        role = told.get("role") or "member"
        if not isinstance(rules, list | tuple) or len(rules) > RULES_MAX:
            problems.append(Problem("mapping/rules", f"is a list of at most {RULES_MAX}"))
            rules = []
        if role not in ROLES:
            problems.append(Problem("mapping/role", f"is one of {', '.join(ROLES)}", "member"))
        made = [_rule(one, n, problems) for n, one in enumerate(rules)]
        groups = told.get("groups", "groups")
        if not isinstance(groups, str) or len(groups) > VALUE_CHARACTERS_MAX:
            problems.append(Problem("mapping/groups", "is the name of a claim or attribute", "groups"))
        if problems:
            raise Invalid.of(problems)
        return cls(groups, tuple(one for one in made if one), role, bool(told.get("new", True)), bool(told.get("strict", False)))

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"rules": [asdict(rule) for rule in self.rules]}

    def fitting(self, groups: tuple[str, ...]) -> tuple[Rule, ...]:
        there = {name.casefold() for name in groups}
        return tuple(rule for rule in self.rules if rule.value.casefold() in there)

    def role_of(self, groups: tuple[str, ...], now: str | None) -> str:
        """The farthest role of the rules that fit. Without any that names one: what they have now, or the one for new people."""
        named = [rule.role for rule in self.fitting(groups) if rule.role]
        if named:
            return min(named, key=ROLES.index)
        if any(rule.role for rule in self.rules):
            return self.role
        return now or self.role

    def groups_of(self, groups: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str]]:
        """Our groups that they belong to, and all that the provider decides on."""
        here = frozenset(rule.group for rule in self.fitting(groups) if rule.group)
        return here, frozenset(rule.group for rule in self.rules if rule.group)


def _rule(told: Any, n: int, problems: list[Problem]) -> Rule | None:
    path = f"mapping/rules/{n}"
    if not isinstance(told, dict) or set(told) - {"value", "group", "role"}:
        problems.append(Problem(path, "says value, group and role", '{"value": "support", "group": "g_…", "role": "member"}'))
        return None
    value, group, role = told.get("value"), told.get("group") or None, told.get("role") or None
    if not isinstance(value, str) or not 0 < len(value.strip()) <= VALUE_CHARACTERS_MAX:
        problems.append(Problem(f"{path}/value", "is what the provider calls the group", "support"))
    if group is not None and not isinstance(group, str):
        problems.append(Problem(f"{path}/group", "is the id of a group", "g_…"))
    if role is not None and role not in ROLES:
        problems.append(Problem(f"{path}/role", f"is one of {', '.join(ROLES)}; owners are made by owners", "member"))
    if group is None and role is None:
        problems.append(Problem(path, "gives a group, a role, or both"))
    return Rule(str(value).strip(), group, role)
