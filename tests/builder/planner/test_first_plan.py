"""A wish in words becomes an app that passes its own checks."""

from sayso.builder.planner import Wish
from sayso.spec.check import check
from tests.builder.planner.ruled import plan

WISH = (
    "Clients: name, email, phone. Each project belongs to a client and has a name, status (planned, active, done), budget and due date. "
    "Board by status. Every Monday at 9 email me the list of active projects. Our office dog is called Bruno."
)


def test_tables_fields_links_views_and_a_schedule():
    made = plan(Wish(WISH))

    assert made.outcome == "plan"
    assert check(made.spec) == ()
    projects = made.spec.table_named("Projects")
    assert projects is not None
    assert [o.name for o in projects.named("Status").options] == ["Planned", "Active", "Done"]  # type: ignore[union-attr]
    assert projects.named("Client").to == made.spec.table_named("Clients").id  # type: ignore[union-attr]
    assert any(v.kind == "board" for v in made.spec.views)
    assert made.spec.automations[0].trigger.cron == "0 9 * * 1"  # type: ignore[union-attr]
    assert any("Bruno" in n.words for n in made.told("not_understood"))
