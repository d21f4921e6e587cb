"""A planner whose tagger makes no mistake: the annotated marks stand for the trained tagger, so that the rest can be measured alone."""

from sayso.builder.planner.clauses import clauses
from sayso.builder.planner.finish import finished
from sayso.builder.planner.marks import reading
from sayso.builder.planner.marks.mark import Found, marks_of
from sayso.builder.planner.normalise import normalised
from sayso.builder.planner.refusals import question_for
from sayso.builder.planner.sketch import Sketch
from sayso.builder.planner.spelling import spelled
from sayso.builder.planner.wish import Plan, Wish
from sayso.spec.app import App
from training.annotated import Annotated


def planner_of(wish: Annotated):
    """A planner for this one wish that reads its annotated marks and nothing else."""

    def planned(asked: Wish) -> Plan:
        text = spelled(normalised(asked.words))
        marks = marks_of(text, [Found(m.start, m.end, m.tag) for m in wish.marks])  # type: ignore[arg-type]
        sketch = Sketch()
        reading.understand(text.text, marks, sketch)
        pieces = clauses(text.text)
        if not sketch.tables:
            return question_for(App(id="new", name="New app"), text, pieces)
        return finished(asked, text, sketch, pieces)

    return planned
