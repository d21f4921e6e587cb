"""Tables that the build of a sentence says outright, though the tagger took their noun for something else or passed it over."""

import pytest

from tests.builder.planner.marks.stories import Json, built, field


def tables(spec: Json) -> list[str]:
    return sorted(t["name"] for t in spec["tables"])


def links(spec: Json) -> set[tuple[str, str]]:
    return {(t["name"], f["link_to"]) for t in spec["tables"] for f in t["fields"] if f["type"] == "link"}


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("toy library: {toys|T}, {shops|T}, {copies|F} with {state|F}, {on loan y/n|F}", ["Copies", "Shops", "Toys"]),
        ("{Singers|T} with {a voice|F}; {costumes|F} per {singer|T} with {a size|F}.", ["Costumes", "Singers"]),
        ("{Farms|T} have {an address|F}. Machinery parked at each {farm|T} with {a plate|F}.", ["Farms", "Machinery"]),
        ("{Suppliers|T} with contacts; {orders|T} have {a date|F}.", ["Contacts", "Orders", "Suppliers"]),
        ("{Repairs|T} have {a fault|F}, which we give to one of our mechanics.", ["Mechanics", "Repairs"]),
        ("{Patients|T} fill in {a repair request form|V} ({what is broken|F}, {a photo|F}).", ["Patients", "Repair requests"]),
        ("{Schools|T}: {name|F}. Parents sign up for lessons on the phone.", ["Lessons", "Parents", "Schools"]),
        ("| {Dealers|T} | {name|F}, {phone|F} |\n| {Stock|F} | {part|F}, {quantity|F} |\n| {Orders|T} | {date|F}, {price|F} |", ["Dealers", "Orders", "Stock"]),
    ],
)  # fmt: skip
def test_what_is_said_as_a_table_is_one(words: str, wanted: list[str]):
    assert tables(built(words)) == wanted


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("{Houses|T} with {photos|F} and {a price|F}.", ["Houses"]),
        ("{Boats|T}: {length|F}, {notes|F} with {the date|F}.", ["Boats"]),
        ("{Members|T} fill in {a form|V} with {a name|F} and {a phone|F}.", ["Members"]),
        ("{Plants|T} have {a place|F}, one of our favourites.", ["Plants"]),
    ],
)
def test_what_a_row_holds_stays_a_field(words: str, wanted: list[str]):
    assert tables(built(words)) == wanted


def test_two_nouns_side_by_side_are_one_table():
    assert tables(built("{school|T} {trip|T} list with {a date|F}, {a bus|F}")) == ["School trips"]
    assert tables(built("{old|T} {boat|T} {yard|F} {stock|T} list with {a price|F}")) == ["Old boats"]


def test_arrows_link_each_to_the_one_before_it():
    spec = built("{regions|T} → {shops|T} ({street|F}) → {tills|T} with {a number|F}")
    assert links(spec) == {("Shops", "Regions"), ("Tills", "Shops")}


def test_what_is_kept_against_or_at_another_links_to_it():
    spec = built("{Sites|T} have {an address|F}. {Deliveries|T} against {sites|T} with {a receipt|F}.")
    assert ("Deliveries", "Sites") in links(spec)


def test_a_long_text_that_is_called_like_a_table_is_a_link():
    spec = built("{Causes|T} have {a code|F}. Every {fault|T}: {the cause|F}, {notes|F}")
    assert field(spec, "Faults.Cause")["link_to"] == "Causes"


@pytest.mark.parametrize(("one", "many"), [("menu", "Menus"), ("ski", "Skis"), ("taxi", "Taxis"), ("RFI", "RFIs")])
def test_a_plural_is_said_as_people_say_it(one: str, many: str):
    assert tables(built(f"{{{one}s|T}}: {{number|F}}, {{date|F}}")) == [many]


def test_a_history_of_changes_is_a_table_about_what_changes():
    spec = built("{Permits|T} have {a number|F} and {a state|F}. Store a history row whenever the state changes.")
    assert ("Histories", "Permits") in links(spec) or ("History", "Permits") in links(spec)


def test_what_is_asked_for_and_what_it_is_like_are_no_tables():
    assert tables(built("a {tool|T} that keeps {recipes|T} with {a name|F}")) == ["Recipes"]
    assert tables(built("{Colours|T} have {a code|F} and {fabrics|T} {a width|F}, both are {fixed lists|T}.")) == [
        "Colours",
        "Fabrics",
    ]


def test_in_the_list_of_a_head_one_of_another_table_is_a_link():
    spec = built("{Talks|T}: {title|F}, {length|F}\n{Programme|T}: a {talk|T} on {a day|F} with {a hall|F}")
    assert ("Programmes", "Talks") in links(spec)
    assert field(spec, "Programmes.Day") and field(spec, "Programmes.Hall")


def test_parts_belong_to_their_whole():
    spec = built("{Deliveries|T} have {a date|F}. {Delivery items|T}: {weight|F}, {box|F}")
    assert ("Delivery items", "Deliveries") in links(spec)


def test_the_lines_are_those_that_were_said_in_full():
    assert tables(built("{Invoices|T}: {date|F}. {Invoice lines|T}: {text|F}, {price|F}. Every {line|T} has {a tax|F} too.")) == [
        "Invoice lines",
        "Invoices",
    ]


def test_a_field_may_name_a_table_by_its_head_or_by_what_its_rows_are():
    assert ("Speakers", "Dining tables") in links(
        built("{Speakers|T}: {name|F}, {table|F}\n{Dining tables|T}: {number|F}, {seats|F}")
    )
    assert ("Repairs", "Stock") in links(built("{Stock|T}: {part|F}, {quantity|F}\n{Repairs|T}: {date|F}, {part|F}"))


def test_what_follows_a_table_in_passing_is_of_what_is_kept_for_it():
    spec = built("{Hives|T} have {a colour|F}. {Inspections|T} per {hive|T} with {a date|F} and {a queen tick|F}.")
    assert field(spec, "Inspections.Date") and ("Inspections", "Hives") in links(spec)


def test_one_of_ours_is_a_link():
    spec = built("{Repairs|T} have {a fault|F}, and each is given to one of our mechanics.")
    assert ("Repairs", "Mechanics") in links(spec)


def test_those_who_do_the_work_are_no_customers():
    spec = built("{Customers|T}: {name|F}, {phone|F}. {Jobs|T}: {the technician|L}, {date|F}.")
    assert ("Jobs", "Customers") not in links(spec)
