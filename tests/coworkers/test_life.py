"""An answer is stopped from anywhere, followed from anywhere, and survives whoever wrote it."""

import asyncio
import os
import sys
from asyncio import create_subprocess_exec, subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from sayso.coworkers import asking, cards, conversations, roster, turns
from sayso.coworkers.desk import Desk
from sayso.db import transaction
from sayso.team import people
from tests.coworkers.desk import Place, calls, card_of, notes_of, text_of, words
from tests.gateway.upstream import Endless, Says


async def begun(crm: Place, desk: Desk | None = None) -> tuple[str, turns.Turn]:
    """A conversation in which an answer is being written that never ends."""
    crm.up.will(Endless(0.005))
    talk = await crm.talk()
    turn = await asking.ask(desk or crm.desk, talk, "Tell me everything", by=crm.company.mia)
    return talk, turn


def another(crm: Place) -> Desk:
    """A desk of another process: it knows nothing but what the database tells."""
    return Desk(crm.engine, crm.desk.gateway, asyncio.create_task)  # pyright: ignore[reportArgumentType]


async def said(desk: Desk, turn: str, letters: int) -> list[dict[str, Any]]:
    """The lines until so many letters have come."""
    seen: list[dict[str, Any]] = []
    async for line in asking.lines(desk, turn):
        seen.append(line)
        told = "".join(one["delta"] for one in seen if one["type"] == "text")
        whole = sum(len(p["text"]) for p in line["turn"]["parts"] if p["kind"] == "text") if "turn" in line else 0
        if len(told) >= letters or whole >= letters:
            break
    return seen


async def test_stopped_from_here(crm: Place):
    talk, turn = await begun(crm)
    await said(crm.desk, turn.id, 20)
    assert (await crm.callers["mia"].post(f"/api/conversations/{talk}/messages", json={"text": "x"})).status_code == 409
    assert (await crm.callers["mia"].delete(f"/api/conversations/{talk}/run")).status_code == 204
    ended = await crm.goes_on(talk)
    assert ended["state"] == "stopped" and text_of(ended) and "Stopped" in notes_of(ended)
    assert float(ended["cost"]) > 0 or ended["unpriced"], "what came was charged"
    for _ in range(6_000):
        if crm.up.gone:
            break
        await asyncio.sleep(0.01)
    assert crm.up.gone, "the upstream is told to stop"


async def test_stopped_and_followed_from_another_process(crm: Place):
    elsewhere = another(crm)
    talk, turn = await begun(crm, elsewhere)
    await said(elsewhere, turn.id, 20)
    lines = await said(crm.desk, turn.id, 20)
    assert lines[0]["type"] == "turn" and lines[0]["turn"]["state"] == "working"
    for who, status in (("ben", 404), ("cleo", 404), ("zoe", 404)):
        assert (await crm.callers[who].delete(f"/api/conversations/{talk}/run")).status_code == status
    assert (await crm.callers["mia"].delete(f"/api/conversations/{talk}/run")).status_code == 204
    assert (await crm.goes_on(talk))["state"] == "stopped"
    assert not elsewhere.live.turns


async def test_coming_back_in_the_middle_misses_nothing(crm: Place):
    letters = "abcdefghijklmnopqrstuvwxyz " * 12
    pieces: list[dict[str, Any]] = [{"content": letters[at : at + 4]} for at in range(0, len(letters), 4)]
    crm.up.will(Says({}, Says.chunks(pieces).events, 0.003))
    talk = await crm.talk()
    turn = await asking.ask(crm.desk, talk, "Go", by=crm.company.mia)

    async def follows() -> str:
        text = ""
        async for line in asking.lines(crm.desk, turn.id):
            if line["type"] == "turn":
                text = "".join(p["text"] for p in line["turn"]["parts"] if p["kind"] == "text")
            text += line["delta"] if line["type"] == "text" else ""
        return text

    first = asyncio.create_task(follows())
    await said(crm.desk, turn.id, 60)
    assert await follows() == letters and await first == letters
    assert text_of(await crm.goes_on(talk)) == letters


async def test_leaving_does_not_stop_it(crm: Place):
    crm.up.will(words("Here it is."))
    talk = await crm.talk()
    turn = await asking.ask(crm.desk, talk, "Go", by=crm.company.mia)
    follow = asking.lines(crm.desk, turn.id)
    await anext(follow)
    await follow.aclose()
    assert text_of(await crm.goes_on(talk)) == "Here it is."


async def test_a_killed_process_leaves_what_was_done_and_the_truth(crm: Place):
    iris = (await crm.rows())["Iris Eyewear"]
    change = ("change_rows", {"table": "clients", "rows": [{"id": iris["id"], "values": {"worth": "5"}}]})
    elsewhere = another(crm)
    talk, turn = await begun(crm, elsewhere)
    await said(elsewhere, turn.id, 20)
    dead = elsewhere.live.tasks[turn.id]
    _silenced(elsewhere)
    dead.cancel()
    with suppress(asyncio.CancelledError, RuntimeError):
        await dead
    await crm.sql(
        "update sayso.coworker_turns set state = 'working', beat_at = now() - interval '1 minute' where id = :id", id=turn.id
    )
    shown = (await crm.callers["mia"].get(f"/api/conversations/{talk}")).json()["turns"][0]
    assert shown["state"] == "failed" and "stopped in the middle" in shown["problem"]

    crm.up.will(calls(change))
    waiting = await crm.say("Change it", talk=talk)
    card = card_of(waiting)
    done, mine = await cards.approve(crm.engine, card["id"], 1, by=crm.company.mia)  # and the process ends before it goes on
    assert mine and done["state"] == "applied"
    assert (await crm.rows())["Iris Eyewear"]["values"]["worth"] == "5.00"
    again, mine = await cards.approve(crm.engine, card["id"], 1, by=crm.company.mia)
    assert not mine and again["state"] == "applied"
    crm.up.will(words("It is done."))
    await asking.go_on(another(crm), waiting["id"], by=crm.company.mia)
    ended = await crm.goes_on(talk)
    assert ended["state"] == "done" and "Worth of “Iris Eyewear”: 250.50 → 5.00" in notes_of(ended)


def _silenced(desk: Desk) -> None:
    """As a killed process, it writes nothing more."""

    def nothing(*_: Any, **__: Any) -> Any:
        raise RuntimeError("killed")

    object.__setattr__(desk, "engine", type("Gone", (), {"begin": staticmethod(nothing), "connect": staticmethod(nothing)})())


async def test_a_yes_that_was_cut_off_before_its_end_did_nothing(crm: Place, monkeypatch: Any):
    iris = (await crm.rows())["Iris Eyewear"]
    crm.up.will(calls(("change_rows", {"table": "clients", "rows": [{"id": iris["id"], "values": {"worth": "6"}}]})))
    card = card_of(await crm.say("Change it"))

    async def killed(*_: Any, **__: Any) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(cards.audit, "write", killed)
        with suppress(RuntimeError):
            await cards.approve(crm.engine, card["id"], 1, by=crm.company.mia)
    assert (await crm.rows())["Iris Eyewear"]["values"]["worth"] == "250.50"
    shown, _ = await cards.approve(crm.engine, card["id"], 1, by=crm.company.mia)
    assert shown["state"] == "applied" and (await crm.rows())["Iris Eyewear"]["values"]["worth"] == "6.00"


async def test_budgets_bound_an_answer_and_a_month(crm: Place):
    ben = crm.callers["ben"]
    await crm.sql("delete from sayso.coworker_turns")
    assert (await ben.patch("/api/coworkers/crm.mina", json={"run_cents": 1})).status_code == 200
    crm.up.always = calls(("find_rows", {"table": "clients"}))
    turn = await crm.say("Look for ever")
    assert turn["state"] == "failed" and "for this answer is spent" in turn["problem"] and len(crm.up.heard) == 8
    assert turn["cost"] == "0.01"
    await ben.patch("/api/coworkers/crm.mina", json={"run_cents": None, "budget_cents": 1})
    turn = await crm.say("Once more")
    assert turn["state"] == "failed" and "month is spent" in turn["problem"] and len(crm.up.heard) == 8
    used = (await crm.callers["mia"].get("/api/coworkers/crm.mina/usage")).json()
    assert (used["answers"], used["cost"], used["budget"], used["unpriced"]) == (2, "0.0100", "0.01", 0)
    await ben.patch("/api/coworkers/crm.mina", json={"budget_cents": None})


async def test_a_member_who_has_left_is_not_answered(crm: Place):
    crm.up.will(calls(("find_rows", {"table": "clients"})), words("x"))
    async with transaction(crm.engine) as tx:
        gone = (await people.add(tx, "Gone Soon", role="member", by=crm.company.ana)).actor
    async with transaction(crm.engine) as tx:
        talk = await conversations.create(tx, await roster.found(tx, "crm.mina", by=gone), by=gone)
    await crm.sql("update sayso.members set removed_at = now() where id = :id", id=gone.member)
    turn = await asking.ask(crm.desk, talk.id, "Look", by=gone)
    async for line in asking.lines(crm.desk, turn.id):
        ended = line
    assert "done" in ended["type"] and ended["turn"]["parts"][0]["state"] == "failed"


ROOT = Path(__file__).parents[2]


async def yes_killed(url: str, card: str, last: int) -> int:
    """The exit code of a process that says yes and is killed before the statement after `last`."""
    env = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    command = (sys.executable, "-m", "tests.coworkers.killed_yes", url, card, str(last))
    child = await create_subprocess_exec(*command, env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    _, errors = await child.communicate()
    assert b"Traceback" not in errors, errors.decode()
    return child.returncode or 0


@pytest.mark.crash
@pytest.mark.slow
async def test_kill_9_in_the_middle_of_a_yes(crm: Place, fresh_url: str):
    crm.up.will(calls(("add_rows", {"table": "clients", "rows": [{"values": {"name": "Otto"}}]})))
    card = card_of(await crm.say("Add Otto"))
    for last in (10, 20):
        assert await yes_killed(fresh_url, card["id"], last) == -9, "it was still at work"
        assert list(await crm.rows()).count("Otto") == 0
        assert (await crm.callers["mia"].get(f"/api/cards/{card['id']}")).json()["state"] == "open"
    assert await yes_killed(fresh_url, card["id"], 10_000) == 0
    assert not (await cards.approve(crm.engine, card["id"], 1, by=crm.company.mia))[1]
    assert list(await crm.rows()).count("Otto") == 1


async def test_a_character_that_no_text_can_hold_does_not_lose_the_answer(crm: Place):
    crm.up.will(calls(("find_rows", {"table": "clients\0"})), words("Hel\0lo."))
    turn = await crm.say("Who is there?")
    assert turn["state"] == "done" and text_of(turn) == "Hello."
    assert (await crm.goes_on(turn["conversation"]))["state"] == "done", "and it is kept"


async def test_a_question_that_is_sent_twice_under_one_key_is_asked_once(crm: Place):
    crm.up.will(words("Hello."))
    talk, headers = await crm.talk(), {"idempotency-key": "say-it-once"}
    first = await crm.callers["mia"].post(f"/api/conversations/{talk}/messages", json={"text": "Hi"}, headers=headers)
    assert first.status_code == 200, first.text
    again = await crm.callers["mia"].post(f"/api/conversations/{talk}/messages", json={"text": "Hi"}, headers=headers)
    assert again.status_code == 409 and "done already" in again.json()["detail"]
    assert len((await crm.callers["mia"].get(f"/api/conversations/{talk}")).json()["turns"]) == 1
