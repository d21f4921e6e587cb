"""SAML responses: those that prove somebody, and those that only look so."""

import base64
import copy
import zlib
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import etree
from tests.team.sso.idp import OURS, Idp, idp, sent

from sayso.errors import Invalid
from sayso.team.sso.arrival import NotAdmitted, UnknownCertificate
from sayso.team.sso.saml import logout, metadata, pairs, redirects, responses
from sayso.team.sso.saml.responses import Asserted
from sayso.team.sso.saml.sides import Ours
from sayso.team.sso.saml.xml import NS, BadXml

ASKED = "_q1"


@pytest.fixture(scope="module")
def one() -> Idp:
    return idp()


@pytest.fixture(scope="module")
def stranger() -> Idp:
    return idp()


def asserted(one: Idp, response: str, request: str | None = ASKED, **other: Any) -> Asserted:
    return responses.asserted(response, OURS, one.theirs, request=request, **other)


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
    "a transient name": {"format": responses.TRANSIENT},
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
    with pytest.raises(UnknownCertificate, match="another certificate"):
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


def by_xslt(root: Any) -> None:
    """A transform is computed before the signature is: it may be a program."""
    made = etree.SubElement(
        root.find(".//ds:Transforms", NS), f"{{{NS['ds']}}}Transform", Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"
    )
    etree.SubElement(made, "{http://www.w3.org/1999/XSL/Transform}stylesheet", version="1.0")


def by_xpath(root: Any) -> None:
    root.find(".//ds:Transforms", NS)[0].set("Algorithm", "http://www.w3.org/TR/1999/REC-xpath-19991116")


def by_a_shared_key(root: Any) -> None:
    root.find(".//ds:SignatureMethod", NS).set("Algorithm", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")


def of_everything(root: Any) -> None:
    root.find(".//ds:Reference", NS).set("URI", "")


def of_two_things(root: Any) -> None:
    info = root.find(".//ds:SignedInfo", NS)
    info.append(copy.deepcopy(info.find("ds:Reference", NS)))


def with_an_object(root: Any) -> None:
    etree.SubElement(root.find(".//ds:Signature", NS), f"{{{NS['ds']}}}Object")


@pytest.mark.parametrize(
    "bend", [by_xslt, by_xpath, by_a_shared_key, of_everything, of_two_things, with_an_object], ids=lambda one: one.__name__
)
def test_a_signature_says_what_saml_lets_it_say(one: Idp, bend: Any):
    """Refused before a library computes with it."""
    root = etree.fromstring(etree.tostring(one.response(ASKED)))
    bend(root)
    with pytest.raises(NotAdmitted, match="cannot be taken"):
        asserted(one, sent(root))


# ── encrypted ─────────────────────────────────────────────────


@pytest.fixture(scope="module")
def ours() -> Ours:
    """With two keys: one is being changed."""
    return replace(OURS, pairs=(pairs.made("sayso.example"), pairs.made("sayso.example")))


def test_what_is_encrypted_for_any_of_our_keys_is_read(one: Idp, ours: Ours):
    for pair in ours.pairs:
        made = responses.asserted(one.sent(ASKED, encrypt=pair.certificate), ours, one.theirs, request=ASKED)
        assert (made.arrival.subject, made.id) == ("otto-1", "_a1")


ENCRYPTED_BENT: dict[str, dict[str, Any]] = {
    "not signed": {"sign": "no"},
    "only the response signed": {"sign": "response"},
    "bent": {"bend": True},
    "SHA-1": {"sha1": True},
    "another audience": {"audience": "https://other.example"},
    "RSA 1.5": {"transport": "rsa-1_5"},
    "over": {"minutes": -2},
    "a comment in the name": {"name_id": "otto<!-- x -->-1"},
}


@pytest.mark.parametrize("name", ENCRYPTED_BENT)
def test_what_is_wrong_inside_is_refused(one: Idp, ours: Ours, name: str):
    with pytest.raises(NotAdmitted):
        responses.asserted(
            one.sent(ASKED, encrypt=ours.pairs[0].certificate, **ENCRYPTED_BENT[name]), ours, one.theirs, request=ASKED
        )


def test_whoever_bends_what_is_encrypted_learns_nothing(one: Idp, stranger: Idp, ours: Ours):
    """One refusal in the same words, whether it could not be opened, was no XML, or was signed by somebody else: no oracle."""
    certificate, said = ours.pairs[0].certificate, set[str]()
    strangers = pairs.made("stranger").certificate
    for by, bent in ((one, {"bend": True}), (one, {"sign": "no"}), (stranger, {}), (one, {"encrypt": strangers})):
        with pytest.raises(NotAdmitted) as refused:
            responses.asserted(by.sent(ASKED, **{"encrypt": certificate, **bent}), ours, one.theirs, request=ASKED)
        said.add(str(refused.value))
    assert len(said) == 1, said
    with pytest.raises(NotAdmitted, match="clock is behind"):
        responses.asserted(one.sent(ASKED, encrypt=certificate, minutes=-2), ours, one.theirs, request=ASKED)


def test_without_a_key_of_ours_nothing_encrypted_is_read(one: Idp, ours: Ours):
    with pytest.raises(NotAdmitted, match="Make one in the settings"):
        asserted(one, one.sent(ASKED, encrypt=ours.pairs[0].certificate))


# ── single logout ─────────────────────────────────────────────

OUT = "https://sayso.northlight.example/sso/sp_1/slo"


def heard(one: Idp, ours: Ours, **other: Any) -> Any:
    query = one.query("SAMLRequest", one.told("LogoutRequest", other.pop("to", OUT), **other), "theirs", **other)
    return logout.asked(redirects.told(other.get("instead", query), "SAMLRequest", one.theirs), ours, one.theirs)


def test_the_provider_ends_a_session(one: Idp, ours: Ours):
    ours = replace(ours, logout=OUT)
    asked = heard(one, ours, sessions=("_s1", "_s2"))
    assert (asked.subject, asked.sessions, asked.id) == ("otto-1", ("_s1", "_s2"), "_l1")
    back = logout.answer(ours, one.theirs, asked, "theirs")
    assert back and back.startswith(f"{one.entity}/slo?")
    us = replace(one.theirs, certificates=(ours.pairs[0].bare,))
    told = redirects.told(urlsplit(back).query, "SAMLResponse", us)
    assert told.message.get("InResponseTo") == "_l1" and told.state == "theirs"


@pytest.mark.parametrize(
    "bent",
    [
        {"sign": False}, {"sha1": True}, {"to": "https://evil.example/slo"}, {"issuer": "https://evil.example"}, {"minutes": -30}, {"minutes": 5},
        {"name_id": ""}, {"name_id": "<b/>"}, {"instead": "SAMLRequest=x&SigAlg=y&Signature=eA%3D%3D"}, {"instead": ""},
    ],
)  # fmt: skip
def test_nobody_else_does(one: Idp, ours: Ours, bent: dict[str, Any]):
    with pytest.raises(BadXml):
        heard(one, replace(ours, logout=OUT), **bent)


def test_a_form_may_tell_it_too(one: Idp, stranger: Idp, ours: Ours):
    ours = replace(ours, logout=OUT)
    for by, good in ((one, True), (stranger, False)):
        message = by.told("LogoutRequest", OUT)
        by.signed(message)
        posted = base64.b64encode(etree.tostring(message)).decode()
        if good:
            assert logout.asked(logout.posted(posted, "", one.theirs), ours, one.theirs).subject == "otto-1"
        else:
            with pytest.raises(BadXml, match="known here"):
                logout.posted(posted, "", one.theirs)
    with pytest.raises(BadXml, match="not signed"):
        logout.posted(base64.b64encode(etree.tostring(one.told("LogoutRequest", OUT))).decode(), "", one.theirs)


def test_we_ask_it_to_sign_out_there(one: Idp, ours: Ours):
    ours = replace(ours, logout=OUT)
    url, id = logout.ask(ours, one.theirs, "s", subject="a<b", session="_s1", named={"Format": "urn:x"})
    told = redirects.told(urlsplit(url).query, "SAMLRequest", replace(one.theirs, certificates=(ours.pairs[0].bare,)))
    name = told.message.find("saml:NameID", NS)
    assert (name.text, name.get("Format"), told.state) == ("a<b", "urn:x", "s")
    for status, done in (("Success", True), ("Responder", False)):
        answer = one.query("SAMLResponse", one.told("LogoutResponse", OUT, answers=id, status=status), "s")
        assert logout.ended(redirects.told(answer, "SAMLResponse", one.theirs), ours, one.theirs, id) is done
    with pytest.raises(BadXml):
        logout.ended(redirects.told(answer, "SAMLResponse", one.theirs), ours, one.theirs, "_other")


def test_our_metadata_shows_both_certificates_while_one_is_changed(ours: Ours):
    told = etree.fromstring(metadata.ours(replace(ours, logout=OUT, signs=True)))
    shown = {
        use: [
            one.findtext(".//ds:X509Certificate", namespaces=NS)
            for one in told.iterfind(f".//md:KeyDescriptor[@use='{use}']", NS)
        ]
        for use in ("signing", "encryption")
    }
    assert shown == {use: [pair.bare for pair in ours.pairs] for use in ("signing", "encryption")}
    assert told.find("md:SPSSODescriptor", NS).get("AuthnRequestsSigned") == "true"
    assert {one.get("Location") for one in told.iterfind(".//md:SingleLogoutService", NS)} == {OUT}


def test_what_we_ask_is_signed_where_it_is_wanted(one: Idp, ours: Ours):
    url, _ = redirects.request(replace(ours, signs=True), one.theirs, "state-1")
    us = replace(one.theirs, certificates=(ours.pairs[0].bare,))
    assert redirects.told(urlsplit(url).query, "SAMLRequest", us).state == "state-1"
    with pytest.raises(BadXml):
        redirects.told(urlsplit(url).query.replace("state-1", "state-2"), "SAMLRequest", us)


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
    url, id = redirects.request(OURS, one.theirs, "state-1")
    told = parse_qs(urlsplit(url).query)
    asked = etree.fromstring(zlib.decompress(base64.b64decode(told["SAMLRequest"][0]), -15))
    assert url.startswith(f"{one.entity}/sso?") and told["RelayState"] == ["state-1"] and asked.get("ID") == id
    assert asked.get("AssertionConsumerServiceURL") == OURS.acs and asked.find("saml:Issuer", NS).text == OURS.entity


def test_metadata_of_both_sides(one: Idp):
    assert metadata.read(one.metadata).theirs == one.theirs
    ours = etree.fromstring(metadata.ours(OURS))
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
            metadata.read(bad)
