"""A planner whose tagger makes no mistake: the annotated marks stand for the trained tagger, so that the rest can be measured alone."""

from collections.abc import Callable

from sayso.builder.planner import Plan, Wish, plan
from sayso.builder.planner.marks.mark import Found, Heard, Marked
from sayso.spec.app import App
from training.annotated import Annotated


def planner_of(wish: Annotated) -> Callable[[Wish], Plan]:
    """A planner for this one wish that hears its annotated marks."""
    marks = Marked([Found(m.start, m.end, m.tag) for m in wish.marks])  # type: ignore[arg-type]

    def hears(words: str, app: App | None = None) -> Heard:
        return marks

    return lambda asked: plan(asked, hears)
