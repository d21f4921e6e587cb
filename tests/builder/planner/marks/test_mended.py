"""What the build of a sentence says is right, however the tagger cut it up."""

from sayso.builder.planner.marks.mark import Mark
from sayso.builder.planner.marks.mended import mended
from tests.builder.planner.marks.stories import built, field


def heard(text: str, *said: tuple[str, str, float]) -> list[tuple[str, str]]:
    marks: list[Mark] = []
    at = 0
    for words, tag, sure in said:
        at = text.index(words, at)
        marks.append(Mark(at, at + len(words), tag, words, words.lower(), sure))  # type: ignore[arg-type]
        at += len(words)
    return [(m.raw, m.tag) for m in mended(marks, text)]


def test_choices_between_slashes_are_one_list():
    text = "Parcels: sender, service courier/post/by hand, remarks"
    assert heard(text, ("Parcels", "T", 1), ("sender", "F", 1), ("service courier", "F", 0.6), ("post", "O", 0.4), ("by hand", "F", 0.5), ("remarks", "F", 1)) == [
        ("Parcels", "T"), ("sender", "F"), ("service", "F"), ("courier/post/by hand", "O"), ("remarks", "F"),
    ]  # fmt: skip
    assert heard("Staff: name/phone/email", ("Staff", "T", 1), ("name", "F", 1), ("phone", "F", 1), ("email", "F", 1))[1:] == [
        ("name", "F"), ("phone", "F"), ("email", "F"),
    ]  # fmt: skip


def test_a_list_of_choices_goes_to_its_end():
    text = "Quilts have a stage: cut, pieced, bound. Each has an owner."
    assert ("cut, pieced, bound", "O") in heard(
        text, ("Quilts", "T", 1), ("stage", "F", 1), ("cut", "O", 0.7), ("pieced", "F", 0.6), ("bound", "F", 0.9)
    )


def test_fields_that_are_surely_heard_after_a_colon_stay_fields():
    text = "Keeper: name, phone, email."
    assert [t for _, t in heard(text, ("Keeper", "F", 1), ("name", "F", 0.9), ("phone", "F", 0.9), ("email", "F", 0.9))] == [
        "F"
    ] * 4


def test_whether_is_a_yes_or_no_to_its_end():
    text = "Faults: date, photo and whether it stops work. Deeds with a plot, a flag for whether the buyer may see it."
    made = heard(
        text,
        ("Faults", "T", 1),
        ("date", "F", 1),
        ("photo", "F", 1),
        ("work", "L", 0.5),
        ("Deeds", "T", 1),
        ("plot", "F", 1),
        ("flag", "F", 0.8),
    )
    assert made[3] == ("whether it stops work", "F")
    assert made[-1] == ("whether the buyer may see it", "F")


def test_a_sum_before_its_name_is_one_value():
    text = "Panels. Height x width = area. Owner."
    assert heard(text, ("Panels", "T", 1), ("Height", "F", 0.9), ("area", "F", 0.6), ("Owner", "F", 0.9)) == [
        ("Panels", "T"), ("Height x width = area", "X"), ("Owner", "F"),
    ]  # fmt: skip


def test_kinds_right_behind_a_table_are_types_and_states_are_a_status():
    assert field(built("{Cabins|T} ({wooden, stone, tent|O}): {beds|F}"), "Cabins.Type")["type"] == "select"
    assert field(built("{Bikes|T} ({free, rented, lost|O}): {gears|F}"), "Bikes.Status")["type"] == "select"


def test_what_two_tables_have_together_both_have():
    spec = built("A list of {ropes|T} and {helmets|T} with {a shelf|F} and {a maker|F}.")
    assert field(spec, "Ropes.Shelf") and field(spec, "Helmets.Shelf") and field(spec, "Ropes.Maker")


def test_shorthand_is_written_out():
    assert field(built("{Shifts|T}: {hrs|F}, {break mins|F}"), "Shifts.Break minutes")
