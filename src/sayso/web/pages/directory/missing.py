"""A name that means no model: said kindly, with the names that are near."""

from sayso.errors import NotFound
from sayso.models.directory import Directory
from sayso.models.listing import Filters, Listed, listed
from sayso.models.search import CHARACTERS_MAX
from sayso.web.pages.directory.kept import Kept
from sayso.web.pages.directory.shown import Shown

NEAR_MAX = 6


def named(directory: Directory, name: str) -> str | None:
    """The id that a name means; `None` when it means nothing."""
    try:
        return directory.resolve(name).model
    except NotFound:
        return None


def near(shown: Shown, name: str) -> tuple[Listed, ...]:
    """Models whose names are like it: all of it, else its parts from the longest on."""
    words = name[:CHARACTERS_MAX].replace("_", " ").replace("-", " ").split()
    tries = [name, *(" ".join(words[:count]) for count in range(len(words) - 1, 0, -1))]
    for one in tries:
        if found := listed(shown.directory, Filters(search=one), shown.today):
            return found[:NEAR_MAX]
    return ()


def page(shown: Shown, names: list[str], *, others: tuple[str, ...] = ()) -> Kept:
    """`others` are the ids that were asked for along with the unknown names, and are known."""
    return shown.html(
        "missing.html",
        status=404,
        names=[name[:CHARACTERS_MAX] for name in names],
        near=[(name[:CHARACTERS_MAX], near(shown, name)) for name in names],
        others=others,
    )
