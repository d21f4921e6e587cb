"""One story for each kind of mark: what the words say becomes the part that they mean."""

import pytest

from sayso.spec.check import check
from tests.builder.planner.marks.stories import Json, app, built, field, planned

SHOP = {
    "Repairs": [{"name": "Bike", "type": "text"}, {"name": "Price", "type": "text"}, {"name": "Status", "type": "select", "options": ["Open", "Done"]}, {"name": "Due", "type": "date"}],
    "Customers": [{"name": "Name", "type": "text"}, {"name": "Phone", "type": "phone"}],
}  # fmt: skip


def tables(spec: Json) -> list[str]:
    return sorted(t["name"] for t in spec["tables"])


def test_a_table_said_often_is_one_table():
    spec = built("We have {boats|T}. Each {boat|T} has {a name|F} and {a length|F}. The {boats|T} are old.")
    assert tables(spec) == ["Boats"]
    assert {f["name"] for f in spec["tables"][0]["fields"]} >= {"Name", "Length"}


def test_fields_go_to_the_table_they_are_said_of():
    spec = built("{Clients|T}: {email|F}, {phone|F}\n{Jobs|T}: {start|F}, {price|F}")
    assert field(spec, "Clients.Email")["type"] == "email"
    assert field(spec, "Jobs.Price")["type"] == "currency"


def test_fields_may_come_before_their_table():
    spec = built("I need {the name|F} and {the breed|F} of every {dog|T}.")
    assert {f["name"] for f in spec["tables"][0]["fields"]} >= {"Name", "Breed"}


def test_bullets_belong_to_their_heading():
    spec = built("{Students|T}\n- {name|F}\n- {year|F}\n\n{Rooms|T}\n- {capacity|F}\n- {projector? y/n|F}")
    assert field(spec, "Rooms.Capacity")["type"] == "number"
    assert field(spec, "Students.Year")


@pytest.mark.parametrize(
    ("words", "name", "kind"),
    [
        ("{how much we paid|F}", "Amount", "currency"), ("{who repaired it|F}", "Repaired by", "user"), ("{e-mail|F}", "Email", "email"), ("{mobile|F}", "Mobile", "phone"),
        ("{is it insured|F} (y/n)", "Insured", "checkbox"), ("{notes|F}", "Notes", "long_text"), ("{photo of the damage|F}", "Photo of the damage", "image"),
        ("{date of birth|F}", "Date of birth", "date"), ("{website|F}", "Website", "url"), ("{weight|F} in kg", "Weight", "number"),
    ],
)  # fmt: skip
def test_a_field_has_the_kind_that_its_words_say(words: str, name: str, kind: str):
    assert field(built(f"Keep {{machines|T}} with {words}."), f"Machines.{name}")["type"] == kind


def test_choices_belong_to_the_field_before_them_or_right_after():
    spec = built("{Orders|T} have {a size|F} ({S, M or L|O}) and {new/paid/sent|O} {status|F}.")
    assert field(spec, "Orders.Size")["options"] == ["S", "M", "L"]
    assert field(spec, "Orders.Status")["options"] == ["New", "Paid", "Sent"]


def test_a_link_leads_to_the_table_it_names_even_when_nothing_else_does():
    spec = built("Every {loan|T} is for {one book|L} and {one member|L}. {Members|T} have {a card number|F}.")
    assert field(spec, "Loans.Book")["link_to"] == "Books"
    assert field(spec, "Loans.Member")["link_to"] == "Members"


def test_a_field_that_is_called_like_a_table_is_a_link_to_it():
    assert field(built("{Rooms|T}: {number|F}. {Bookings|T}: {room|F}, {from|F}"), "Bookings.Room")["link_to"] == "Rooms"


def test_a_value_is_worked_out_from_the_fields_it_names():
    made = planned("{Lines|T} have {quantity|F}, {price|F} and {a total|X} = quantity x price.")
    total = next(f for f in made.spec.tables[0].fields if f.name == "Total")
    assert (total.kind, getattr(total, "formula", "")) == ("formula", "{Quantity} * {Price}")


def test_views_are_of_the_table_and_by_the_field_that_is_said():
    spec = built(
        "{Jobs|T} have {a stage|F} ({new, won, lost|O}) and {a visit date|F}. I want {a board by stage|V} and {a calendar of visits|V}."
    )
    assert {"type": "board", "table": "Jobs", "by": "Stage"} in spec["views"]
    assert {"type": "calendar", "table": "Jobs", "by": "Visit date"} in spec["views"]


@pytest.mark.parametrize(
    ("words", "trigger", "cron", "actions"),
    [
        ("{Every Friday at half past four|S1} {e-mail me|D1} the list.", "schedule", "30 16 * * 5", ["send_email"]),
        ("{When a repair is finished|W1}, {text the customer|D1}.", "row_updated", None, ["send_sms"]),
        ("{As soon as a new repair comes in|W1} {post it in Slack|D1}.", "row_created", None, ["send_slack"]),
        ("{Two days before the due date|W1} {remind the mechanic|D1}.", "date_reached", None, ["notify"]),
        ("{each working day at 7|S1} and {mail the boss|D1}", "schedule", "0 7 * * 1-5", ["send_email"]),
    ],
)  # fmt: skip
def test_rules_have_the_start_and_the_deed_that_are_said(words: str, trigger: str, cron: str | None, actions: list[str]):
    spec = built(f"{{Repairs|T}} with {{bike|F}}, {{due date|F}} and {{status|F}} ({{open, finished|O}}). {words}")
    rule = spec["automations"][0]
    assert (rule["trigger"], rule["actions"]) == (trigger, actions)
    assert rule.get("cron") == cron


def test_a_model_fills_a_field_and_a_role_has_a_name():
    spec = built("{Complaints|T} with {what happened|F}. {A short summary|A} by AI. {Only the ward managers can close them|R}.")
    assert [a["kind"] for a in spec["ai"]] == ["summarize"]
    assert spec["roles"] == ["Ward manager"]


def test_nothing_marked_and_nothing_known_ends_in_a_question():
    assert planned("hello there, something nice please").outcome == "question"


# ── follow-ups ────────────────────────────────────────────


def test_a_follow_up_adds_to_the_table_it_names():
    spec = built("Put {the frame number|F} on {repairs|T} as well.", app(SHOP))
    assert field(spec, "Repairs.Frame number")


def test_a_follow_up_without_a_table_goes_to_the_one_that_has_what_is_named():
    spec = built('Please also {"Collected"|O} as {status|F}.', app(SHOP))
    assert field(spec, "Repairs.Status")["options"] == ["Open", "Done", "Collected"]


@pytest.mark.parametrize(
    ("words", "path", "kind"),
    [
        ("{“Phone” should read “Mobile number”|E}", "Customers.Mobile number", "phone"), ("{price is money, not words|E}", "Repairs.Price", "currency"),
        ("{call the bike field Machine|E}", "Repairs.Machine", "text"),
    ],
)  # fmt: skip
def test_marked_changes_are_made(words: str, path: str, kind: str):
    assert field(built(words, app(SHOP)), path)["type"] == kind


def test_several_changes_in_one_breath_are_all_made():
    spec = built("{the phone can go|E}, {rename Bike to Machine|E} and {repairs|T} need {a deposit|F}.", app(SHOP))
    assert [f["name"] for f in next(t for t in spec["tables"] if t["name"] == "Customers")["fields"]] == ["Name"]
    assert field(spec, "Repairs.Machine") and field(spec, "Repairs.Deposit")


def test_every_plan_passes_the_checks_of_the_spec():
    for story in (
        "{a|T}{b|F}",
        "{only|R}",
        "{by|V}",
        "{every|S1}",
        "{when|W1}{do|D1}",
        "{x|O}",
        "{a, b|O} {c|X} {d|L}",
    ):
        assert check(planned(story).spec) == ()
