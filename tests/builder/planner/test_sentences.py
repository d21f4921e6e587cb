"""One story for each kind of sentence, told through `plan` and read from the app that comes out."""

import pytest

from sayso.builder.planner import Plan, Wish
from sayso.spec.app import App
from sayso.spec.fields import AnyField
from sayso.spec.table import Table
from tests.builder.planner.ruled import plan


def planned(words: str) -> Plan:
    made = plan(Wish(words))
    assert made.outcome == "plan", made.message
    return made


def table(app: App, name: str) -> Table:
    found = app.table_named(name)
    assert found is not None, [t.name for t in app.tables]
    return found


def field(app: App, where: str, name: str) -> AnyField:
    found = table(app, where).named(name)
    assert found is not None, [f.name for f in table(app, where).fields]
    return found


KINDS = [
    ("Tickets: subject, description, due date, price, email, phone, website, photo, contract pdf, quantity, discount %", {"Description": "long_text", "Due date": "date", "Price": "money", "Email": "email", "Phone": "phone", "Website": "url", "Photo": "image", "Contract pdf": "file", "Quantity": "number", "Discount": "percent"}),
    ("Checks: done yes/no, rating 1-5, weight in kg, length (in minutes), starts at, assignee, tags, is it urgent?", {"Done": "checkbox", "Rating": "rating", "Weight": "number", "Starts at": "datetime", "Assignee": "person", "Tags": "multi_select"}),
    ("Handovers: who took it, why, when returned, where, how many boxes, what happened, how urgent, whether it is sealed", {"Taken by": "person", "Reason": "long_text", "Returned at": "datetime", "Location": "text", "What happened": "long_text", "Urgency": "select", "Sealed": "checkbox"}),
]  # fmt: skip


@pytest.mark.parametrize(("words", "kinds"), KINDS)
def test_fields_have_the_kind_that_their_words_say(words: str, kinds: dict[str, str]):
    app = planned(words).spec
    assert {name: field(app, app.tables[0].name, name).kind for name in kinds} == kinds


@pytest.mark.parametrize(
    ("words", "options"),
    [
        ("Jobs: title, status (new, in progress, done)", ["New", "In progress", "Done"]),
        ("Jobs: title, status new/in progress/done", ["New", "In progress", "Done"]),
        ("Jobs: title, status New, In progress or Done, price", ["New", "In progress", "Done"]),
        ("Jobs: title, status new > in progress > done, price", ["New", "In progress", "Done"]),
        ("Jobs: title, and a status – new, in progress, done", ["New", "In progress", "Done"]),
        ("Jobs have a title and a status like new, in progress and done.", ["New", "In progress", "Done"]),
    ],
)
def test_choices_in_every_manner_of_writing(words: str, options: list[str]):
    status = field(planned(words).spec, "Jobs", "Status")
    assert [o.name for o in status.options] == options  # type: ignore[union-attr]
    assert status.options[2].hue == "green"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "words",
    [
        "Customers: name. Tickets: subject. Each ticket belongs to a customer.",
        "Customers: name. Tickets: subject. Customers can have many tickets.",
        "Customers: name. Tickets: subject, customer.",
        "Customers with a name, and tickets per customer with a subject",
        "Customers (name), tickets (subject). Link each ticket to a customer.",
        "Customers > tickets. A ticket has a subject.",
    ],
)
def test_links_in_every_manner_of_writing(words: str):
    app = planned(words).spec
    ends = {(t.name, f.kind, f.to) for t in app.tables for f in t.fields if f.kind == "link"}
    assert ("Tickets", "link", "customers") in ends
    assert ("Customers", "link", "tickets") in ends  # the other end is there as well


def test_pronouns_mean_what_was_spoken_of():
    app = planned("We keep boats. They have a name and a length. Each also has an owner and a photo.").spec
    assert {"Name", "Length", "Owner", "Photo"} <= {f.name for f in table(app, "Boats").fields}


@pytest.mark.parametrize(
    ("words", "where", "name", "formula"),
    [
        ("Lines: item, qty, unit price. Total = qty × unit price", "Lines", "Total", "{Qty} * {Unit price}"),
        ("Lines: item, qty, price. The total is qty times price.", "Lines", "Total", "{Qty} * {Price}"),
        ("Trips: start km, end km. Distance = end km - start km", "Trips", "Distance", "{End km} - {Start km}"),
        ("Tasks: title, start date, duration in days. The end date is start date + duration.", "Tasks", "End date", "DATEADD({Start date}, {Duration}, 'days')"),
    ],
)  # fmt: skip
def test_arithmetic_becomes_a_formula(words: str, where: str, name: str, formula: str):
    made = field(planned(words).spec, where, name)
    assert made.kind == "formula" and made.formula == formula


def test_totals_averages_and_counts_are_rolled_up():
    app = planned(
        "Projects: name. Time entries: project, date, hours, rating 1-5. Sum of hours per project, average rating per project, number of time entries per project."
    ).spec
    rolled = {f.summary for f in table(app, "Projects").fields if f.kind == "rollup"}
    assert rolled == {"sum", "average", "count"}


def test_hours_reach_a_project_through_its_tasks():
    app = planned("Projects: name. Tasks: title, project. Time entries: task, hours. Show on each project the total hours.").spec
    total = field(app, "Projects", "Total hours")
    assert total.kind == "rollup" and total.summary == "sum"
    assert field(app, "Tasks", "Total hours").kind == "rollup"


@pytest.mark.parametrize(
    ("words", "kind", "by"),
    [
        ("Board of deals by stage.", "board", "stage"), ("kanban by stage", "board", "stage"), ("Calendar of close dates", "calendar", "close_date"), ("a timeline of deals please", "timeline", "close_date"),
        ("Bar chart of value by stage", "chart", "stage"), ("chart of deals per month", "chart", "close_date"), ("Gallery of deals", "gallery", None), ("A form for new deals", "form", None), ("dashboard with value per stage", "dashboard", None),
    ],
)  # fmt: skip
def test_views_by_their_words(words: str, kind: str, by: str | None):
    app = planned(f"Deals: name, value, stage (lead, won, lost), close date, logo. {words}").spec
    view = next(v for v in app.views if v.kind == kind)
    if by:
        assert (getattr(view, "by", None) or getattr(view, "start", None)) == by


@pytest.mark.parametrize(
    ("words", "trigger", "steps"),
    [
        ("Every Monday at 9 email the team the open tickets.", "schedule", ["find_rows", "send_email"]),
        ("When a ticket becomes urgent, notify the team lead.", "row_changed", ["notify"]),
        ("When a new ticket comes in, post it in Slack #support.", "row_created", ["send_message"]),
        ("Remind the assignee 3 days before the due date.", "date_reached", ["notify"]),
        ("If nobody answered in 2 days poke the manager.", "schedule", ["notify"]),
        ("Text the customer when their ticket is closed.", "row_changed", ["send_message"]),
        ("Email me when a ticket is 7 days overdue", "date_reached", ["send_email"]),
    ],
)
def test_what_happens_by_itself(words: str, trigger: str, steps: list[str]):
    made = planned(
        f"Tickets: subject, priority (low, normal, urgent), status (open, closed), assignee, due date, customer email. {words}"
    )
    rule = made.spec.automations[0]
    assert rule.trigger.kind == trigger and [s.kind for s in rule.steps] == steps
    assert rule.on is False
    assert any(n.path == f"automations/{rule.id}" and "switched off" in n.words for n in made.told("assumed"))


def test_a_condition_in_words_is_a_filter():
    rule = planned("Products: name, quantity. If quantity falls below 5, email purchasing.").spec.automations[0]
    condition = rule.trigger.filter.of[0]  # type: ignore[union-attr]
    assert (condition.field, condition.op, condition.value) == ("quantity", "lt", 5)
    urgent = planned("Tickets: subject, priority (low, urgent). When a ticket becomes urgent, notify the lead.").spec.automations[
        0
    ]
    assert urgent.trigger.filter.of[0].value == "urgent" and urgent.trigger.fields == ("priority",)  # type: ignore[union-attr]


def test_levels_reach_as_high_as_the_words_speak_of():
    made = planned(
        "Track tickets with title, customer and priority. When a ticket becomes urgent, post it to #support in Slack."
    ).spec
    (rule,), priority = made.automations, made.tables[0].field("priority")
    assert [one.name for one in priority.options] == ["Low", "Medium", "High", "Urgent"]  # type: ignore[union-attr]
    assert rule.trigger.filter.of[0].value == "urgent" and "{Title}" in rule.steps[0].body  # type: ignore[union-attr]
    calm = planned("Track tickets with title, customer and priority.").spec.tables[0].field("priority")
    assert [one.name for one in calm.options] == ["Low", "Medium", "High"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("words", "task"),
    [("Summarise each interview.", "summarise"), ("Let the AI draft a reply.", "generate"), ("AI categorises the interviews", "classify"), ("Make a banner for each interview with AI.", "image"), ("translate the transcript with AI", "translate")],
)  # fmt: skip
def test_what_a_model_should_do_is_declared_and_says_that_none_is_connected(words: str, task: str):
    made = planned(f"Interviews: person, date, transcript. {words}")
    ai = next(f for t in made.spec.tables for f in t.fields if f.kind == "ai")
    assert ai.task == task
    without = task in ("summarise", "image")
    assert any(("by a built-in model" if without else "no model is connected") in n.words for n in made.notes)
    assert {s.id for s in made.spec.slots} == {"image" if task == "image" else "text"}


@pytest.mark.parametrize(
    ("words", "choices"),
    [
        ("Classify each message as billing, bug or praise.", ["Billing", "Bug", "Praise"]),
        ("Classify the messages into urgent, normal and junk with AI.", ["Urgent", "Normal", "Junk"]),
    ],
)
def test_what_a_model_sorts_into_is_no_choice_of_another_field(words: str, choices: list[str]):
    made = planned(f"Tickets have a subject, a message and a status (new, open, closed). {words}")
    fields = {f.kind: f for t in made.spec.tables for f in t.fields}
    assert [o.name for o in fields["ai"].options] == choices and fields["ai"].task == "classify"  # type: ignore[union-attr]
    assert [o.name for o in fields["select"].options] == ["New", "Open", "Closed"]  # type: ignore[union-attr]
    assert not [n for n in made.notes if n.kind == "not_understood"]


def test_roles_by_their_words():
    app = planned(
        "Requests: title, status (open, approved). Only managers can approve requests. Tenants see their own requests."
    ).spec
    assert [r.name for r in app.roles] == ["Manager", "Tenant", "Everyone else"]


@pytest.mark.parametrize(
    "words",
    [
        "- Clients: name, email\n- Projects: title, client, status (open, done)",
        "Clients\n- name\n- email\nProjects\n- title\n- client\n- status (open, done)",
        "| Clients | name, email |\n| Projects | title, client, status (open, done) |",
        "**Clients** – name, email.\n**Projects** – title, client, status (open, done).",
        "<ul><li>Clients: name, email</li><li>Projects: title, client, status (open, done)</li></ul>",
        "Clients (name, email) and projects (title, client, status open/done)",
        "clients: name, email. projects: title, client, status (open, done)",
        "CLIENTS: name, email. PROJECTS: title, client, status (open, done)",
    ],
)
def test_the_same_app_in_any_layout(words: str):
    app = planned(words).spec
    assert [t.name for t in app.tables] == ["Clients", "Projects"]
    assert field(app, "Clients", "Email").kind == "email"
    assert field(app, "Projects", "Client").kind == "link"
    assert [o.name for o in field(app, "Projects", "Status").options] == ["Open", "Done"]  # type: ignore[union-attr]


def test_small_talk_changes_nothing_but_is_listed():
    plain = planned("Clients: name, email. Projects: title, client.")
    chatty = planned("Hi there! Hope you are well. Clients: name, email. Projects: title, client. Thanks a lot, Joan")
    assert plain.spec.tables == chatty.spec.tables
    assert len(chatty.told("not_understood")) == 3


def test_names_titles_and_defaults():
    app = planned("track clients (phone, name, company) and their orders (date, amount, status open/paid)").spec
    assert [t.name for t in app.tables] == ["Clients", "Orders"]
    assert table(app, "Clients").title_field.name == "Name"  # type: ignore[union-attr]
    assert table(app, "Orders").title_field.kind == "autonumber"  # type: ignore[union-attr]
    assert {v.kind for v in app.views} >= {"grid", "board", "calendar"}
    assert sum(v.kind == "grid" for v in app.views) == 2


def test_a_wish_that_names_views_gets_those_and_no_others():
    app = planned("Orders: date, amount, status (open, paid). Calendar of dates.").spec
    assert sorted(v.kind for v in app.views) == ["calendar", "grid"]


@pytest.mark.parametrize(
    "words",
    ["something to be more organised", "help me with my business", "??", "Ich möchte bitte etwas Schönes für meine Firma haben"],
)
def test_what_is_too_vague_is_asked_with_ready_answers(words: str):
    made = plan(Wish(words))
    assert made.outcome == "question" and made.message
    asked = made.told("question")
    assert 1 <= len(asked) <= 2 and all(len(q.choices) >= 2 for q in asked)


def test_other_software_is_refused_kindly():
    made = plan(Wish("an app that trades bitcoin for me 24/7 with leverage, no need for tables"))
    assert made.outcome == "refusal" and "build" in made.message and made.spec.tables == ()


def test_notes_know_where_in_the_words_a_part_came_from():
    words = "Clients: name, phone number. Projects: title, due date."
    made = planned(words)
    note = next(n for n in made.told("yours") if n.path == "tables/projects/fields/due_date")
    assert note.span and words[note.span[0] : note.span[1]] == "due date"


def test_what_is_left_is_worked_out_from_what_is_taken():
    app = planned("Courses: title, seats. Bookings: course, name, number of people. Places left per course.").spec
    left, taken = field(app, "Courses", "Places left"), field(app, "Courses", "Taken so far")
    assert left.kind == "formula" and left.formula == "{Seats} - {Taken so far}"
    assert taken.kind == "rollup" and taken.summary == "sum"
