"""SAML responses: those that prove somebody, and those that only look so."""

import base64
import copy
import zlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import etree
from tests.team.sso.idp import OURS, Idp, idp, sent

from sayso.errors import Invalid
from sayso.team.sso import saml
from sayso.team.sso.arrival import NotAdmitted
from sayso.team.sso.saml import NS, Asserted

ASKED = "_q1"


@pytest.fixture(scope="module")
def one() -> Idp:
    return idp()


@pytest.fixture(scope="module")
def stranger() -> Idp:
    return idp()


def asserted(one: Idp, response: str, request: str | None = ASKED, **other: Any) -> Asserted:
    return saml.asserted(response, OURS, one.theirs, request=request, **other)


@pytest.mark.parametrize("sign", ["assertion", "both"])
def test_what_the_provider_signs_is_taken(one: Idp, sign: str):
    made = asserted(one, one.sent(ASKED, sign=sign), groups="groups")
    who = made.arrival
    assert (who.issuer, who.subject, who.email, who.name, who.groups, who.sid) == (
        one.entity, "otto-1", "otto@northlight.example", "Otto Falk", ("Support", "Staff"), "_s1",
    )  # fmt: skip
    assert made.id == "_a1"


def test_one_that_nobody_asked_for_is_read_as_that(one: Idp):
    assert asserted(one, one.sent(None), request=None).arrival.subject == "otto-1"
    with pytest.raises(NotAdmitted):
        asserted(one, one.sent(None))
    with pytest.raises(NotAdmitted):
        asserted(one, one.sent(ASKED), request=None)


BENT: dict[str, dict[str, Any]] = {
    "not signed": {"sign": "no"},
    "only the response signed": {"sign": "response"},
    "SHA-1": {"sha1": True},
    "another audience": {"audience": "https://other.example"},
    "an audience that only begins so": {"audience": OURS.entity + ".evil.example"},
    "no audience": {"audience": ""},
    "another recipient": {"recipient": "https://evil.example/acs"},
    "a recipient that holds ours": {"recipient": "https://evil.example/?" + OURS.acs},
    "a recipient that only begins so": {"recipient": OURS.acs + "/x"},
    "another destination": {"destination": "https://evil.example/acs"},
    "a destination that only begins so": {"destination": OURS.acs + ".evil"},
    "another issuer": {"issuer": "https://evil.example"},
    "over": {"minutes": -2},
    "not yet": {"early": 3},
    "a transient name": {"format": saml.TRANSIENT},
    "no name": {"name_id": ""},
    "a failure": {"status": "Responder"},
    "a holder of a key": {"method": "holder-of-key"},
}


@pytest.mark.parametrize("name", BENT)
def test_what_is_wrong_is_refused(one: Idp, name: str):
    with pytest.raises(NotAdmitted):
        asserted(one, one.sent(ASKED, **BENT[name]))


def test_an_answer_to_another_question_is_refused(one: Idp):
    with pytest.raises(NotAdmitted):
        asserted(one, one.sent("_q2"))


def test_somebody_elses_signature_is_refused(one: Idp, stranger: Idp):
    """Also where the stranger's certificate travels along in the signature."""
    with pytest.raises(NotAdmitted, match="ignature"):
        asserted(one, stranger.sent(ASKED))


def evil(assertion: Any) -> Any:
    made = copy.deepcopy(assertion)
    made.set("ID", "_evil")
    made.find("saml:Subject/saml:NameID", NS).text = "owner"
    for signature in made.findall("ds:Signature", NS):
        made.remove(signature)
    return made


def wrapped_beside(root: Any, good: Any) -> None:
    root.insert(list(root).index(good), evil(good))


def wrapped_after(root: Any, good: Any) -> None:
    root.append(evil(good))


def wrapped_around(root: Any, good: Any) -> None:
    """The signed one lies inside of the evil one."""
    bad = evil(good)
    root.replace(good, bad)
    bad.append(good)


def wrapped_in_extensions(root: Any, good: Any) -> None:
    bad = evil(good)
    root.replace(good, bad)
    extensions = etree.Element(f"{{{NS['samlp']}}}Extensions")
    extensions.append(good)
    root.insert(1, extensions)


def wrapped_in_the_signature(root: Any, good: Any) -> None:
    """The signed one lies in an Object of its own signature, which now stands in the evil one."""
    signature = good.find("ds:Signature", NS)
    bad = evil(good)
    root.replace(good, bad)
    good.remove(signature)
    bad.insert(1, signature)
    holder = etree.SubElement(signature, f"{{{NS['ds']}}}Object")
    holder.append(good)


def wrapped_under_one_id(root: Any, good: Any) -> None:
    bad = evil(good)
    bad.set("ID", good.get("ID"))
    root.insert(2, bad)


def a_changed_name(root: Any, good: Any) -> None:
    good.find("saml:Subject/saml:NameID", NS).text = "owner"


def a_comment_in_the_name(root: Any, good: Any) -> None:
    """Canonical XML drops comments, so the signature stays good; readers that stop at the comment read `ow`."""
    name = good.find("saml:Subject/saml:NameID", NS)
    name.text = "otto"
    comment = etree.Comment("x")
    comment.tail = "-1"
    name.append(comment)


WRAPPED = [
    wrapped_beside,
    wrapped_after,
    wrapped_around,
    wrapped_in_extensions,
    wrapped_in_the_signature,
    wrapped_under_one_id,
    a_changed_name,
    a_comment_in_the_name,
]


@pytest.mark.parametrize("wrap", WRAPPED, ids=lambda one: one.__name__)
def test_what_is_read_is_what_was_signed(one: Idp, wrap: Any):
    """Signature wrapping (XSW), as it was published in 2012 and is found anew each year."""
    root = one.response(ASKED)
    wrap(root, root.find("saml:Assertion", NS))
    with pytest.raises(NotAdmitted):
        asserted(one, sent(root))


def test_entities_and_document_types_are_refused(one: Idp):
    text = etree.tostring(one.response(ASKED)).decode()
    for before in (
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        "<!DOCTYPE a>",
        "<?xml-stylesheet href='x'?>",
        "<!-- x -->",
    ):
        with pytest.raises(NotAdmitted):
            asserted(one, base64.b64encode((before + text).encode()).decode())


@pytest.mark.parametrize(
    "response",
    ["", "x", "PGE+", "*" * 100, base64.b64encode(b"<a/>").decode(), base64.b64encode(b"\xff\xfe").decode(), "A" * 2**20],
)
def test_nonsense_proves_nobody(one: Idp, response: str):
    with pytest.raises(NotAdmitted):
        asserted(one, response)


def test_the_request_says_who_asks(one: Idp):
    url, id = saml.request(OURS, one.theirs, "state-1")
    told = parse_qs(urlsplit(url).query)
    asked = etree.fromstring(zlib.decompress(base64.b64decode(told["SAMLRequest"][0]), -15))
    assert url.startswith(f"{one.entity}/sso?") and told["RelayState"] == ["state-1"] and asked.get("ID") == id
    assert asked.get("AssertionConsumerServiceURL") == OURS.acs and asked.find("saml:Issuer", NS).text == OURS.entity


def test_metadata_of_both_sides(one: Idp):
    assert saml.read_metadata(one.metadata) == one.theirs
    ours = etree.fromstring(saml.metadata(OURS))
    service = ours.find(".//md:AssertionConsumerService", NS)
    assert ours.get("entityID") == OURS.entity and service.get("Location") == OURS.acs
    assert ours.find("md:SPSSODescriptor", NS).get("WantAssertionsSigned") == "true"
    for bad in (
        "",
        "x",
        "<a/>",
        "<!DOCTYPE a><a/>",
        one.metadata.replace("HTTP-Redirect", "HTTP-POST"),
        one.metadata.replace("X509Certificate", "X"),
    ):
        with pytest.raises(Invalid):
            saml.read_metadata(bad)
