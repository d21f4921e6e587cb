"""For any valid app and any change: the way back is exact, the difference leads there, and nothing is left unsaid."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sayso.spec.app import App, app_from
from sayso.spec.change import apply, completed, difference, effects, inverse
from sayso.spec.check import check, check_change
from sayso.spec.fields import Formula
from tests.spec.random_apps import apps, changes

thorough = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@thorough
@given(apps())
def test_a_random_app_is_valid_and_survives_its_own_file(app: App) -> None:
    assert check(app) == ()
    assert app_from(app.as_yaml()) == app
    assert app_from(app.portable()) == app


@thorough
@given(st.data())
def test_a_change_and_its_inverse_leave_the_app_as_it_was(data: st.DataObject) -> None:
    app = data.draw(apps())
    change = completed(app, data.draw(changes(app)))
    after = apply(app, change)
    assert apply(after, inverse(app, change)) == app
    assert completed(app, change) == change
    back = inverse(app, change)
    assert apply(app, inverse(after, back)) == after


@thorough
@given(st.data())
def test_what_is_left_after_a_change_is_valid_but_for_formulas_it_breaks(data: st.DataObject) -> None:
    app = data.draw(apps())
    change = completed(app, data.draw(changes(app)))
    after = apply(app, change)
    for problem in check_change(app, change):
        if problem.path.endswith("/title") or "has no fields" in problem.reason:
            continue
        at = problem.path.split("/")
        table = after.table(at[1])
        assert at[0] == "tables" and table is not None and isinstance(table.field(at[3]), Formula), problem
        assert app.table(at[1]) is not None


@thorough
@given(apps(), apps())
def test_the_difference_leads_from_one_app_to_the_other(a: App, b: App) -> None:
    change = difference(a, b)
    assert apply(a, change) == b
    assert apply(b, inverse(a, change)) == a
    assert bool(change.steps) == (a != b)


@thorough
@given(st.data())
def test_every_change_says_what_it_does(data: st.DataObject) -> None:
    app = data.draw(apps())
    change = completed(app, data.draw(changes(app)))
    told = effects(app, change)
    assert told
    assert all(e.sentence[0].isupper() and "None" not in e.sentence for e in told)
