"""A member says how they are called and where they are written to."""

from tests.web.conftest import Company, problem


async def test_a_member_says_where_they_are_written_to(company: Company):
    told = await company.mia.patch("/api/me", json={"email": " mia@northlight.example "})
    assert told.json()["member"]["email"] == "mia@northlight.example" and told.json()["member"]["name"], "the name stays"
    assert (await company.mia.patch("/api/me", json={"name": "Mia L."})).json()["member"]["email"] == "mia@northlight.example"
    assert (await company.mia.patch("/api/me", json={"email": ""})).json()["member"]["email"] is None


async def test_an_address_that_is_none_or_somebody_elses_is_refused(company: Company):
    (await company.mia.patch("/api/me", json={"email": "mia@northlight.example"})).raise_for_status()
    wrong = await company.ben.patch("/api/me", json={"email": "nowhere"})
    assert wrong.status_code == 422 and problem(wrong)["problems"][0]["path"] == "email"
    assert (await company.ben.patch("/api/me", json={"email": "MIA@northlight.example"})).status_code == 409
