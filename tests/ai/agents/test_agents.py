"""The bridge between Pydantic AI and the gateway: words, tools, structured answers, streams, stopping, errors, cost."""

import asyncio
import subprocess
import sys
from decimal import Decimal

import pytest
from pydantic import BaseModel
from pydantic_ai import Agent, BinaryContent, NativeOutput
from pydantic_ai.usage import UsageLimits

from sayso.ai import agents
from sayso.gateway.refusals import Refused
from tests.gateway.conftest import Desk
from tests.gateway.upstream import Endless, Status
from tests.scripts import calls, says


def model(desk: Desk, name: str = "up/stub"):
    return agents.model(desk.gateway, desk.gateway.caller(desk.company.workspace), name)


async def test_words_come_back_with_what_they_cost(desk: Desk) -> None:
    desk.up.will(says("Four."))
    result = await Agent(model(desk), instructions="Be short.").run("What is two and two?")

    assert result.output == "Four."
    heard = desk.up.heard[-1].json
    assert [(m["role"], m["content"]) for m in heard["messages"]] == [("system", "Be short."), ("user", "What is two and two?")]
    assert "tools" not in heard and "tool_choice" not in heard
    spent = agents.spent(result.all_messages())
    assert (spent.calls, spent.input, spent.output, spent.cost) == (1, 250, 100, Decimal("0.00125"))


@pytest.mark.parametrize("streamed", [False, True])
async def test_tools_are_called_and_answered(desk: Desk, streamed: bool) -> None:
    asked: list[str] = []

    def stock(product: str) -> str:
        """How many there are of a product."""
        asked.append(product)
        return "7 left"

    desk.up.will(calls(("stock", {"product": "lamp"})), says("Seven lamps."))
    agent = Agent(model(desk), tools=[stock])
    if streamed:
        async with agent.run_stream("How many lamps?") as run:
            output = await run.get_output()
            messages = run.all_messages()
    else:
        result = await agent.run("How many lamps?")
        output, messages = result.output, result.all_messages()

    assert (output, asked) == ("Seven lamps.", ["lamp"])
    first, second = (h.json for h in desk.up.heard[-2:])
    assert first["tools"][0]["function"]["name"] == "stock" and first["tool_choice"] == "auto"
    assert [m["role"] for m in second["messages"]] == ["user", "assistant", "tool"]
    assert second["messages"][1]["tool_calls"][0]["id"] == second["messages"][2]["tool_call_id"]
    assert second["messages"][2]["content"] == "7 left"
    assert agents.spent(messages).cost == Decimal("0.0025")


async def test_structured_answers_are_asked_for_by_schema(desk: Desk) -> None:
    class Sum(BaseModel):
        total: int

    desk.up.will(says('{"total": 4}'))
    result = await Agent(model(desk), output_type=NativeOutput(Sum)).run("2 + 2")

    assert result.output == Sum(total=4)
    form = desk.up.heard[-1].json["response_format"]
    assert form["type"] == "json_schema" and form["json_schema"]["schema"]["properties"]["total"]["type"] == "integer"


async def test_a_picture_is_sent_as_one(desk: Desk) -> None:
    desk.up.will(says("A dot."))
    await Agent(model(desk)).run(["What is it?", BinaryContent(b"\x89PNG", media_type="image/png")])

    text, picture = desk.up.heard[-1].json["messages"][0]["content"]
    assert text == {"type": "text", "text": "What is it?"}
    assert picture["image_url"]["url"].startswith("data:image/png;base64,iVBORw")


async def test_a_refusal_comes_through_as_the_gateway_said_it(desk: Desk) -> None:
    desk.up.always = Status(401, "bad upstream key")
    with pytest.raises(Refused, match="bad upstream key"):
        await Agent(model(desk)).run("Hello")
    with pytest.raises(Refused, match="does not exist"):
        await Agent(model(desk, "nobody/nothing")).run("Hello")


async def test_loops_end_where_the_limit_says(desk: Desk) -> None:
    def again() -> str:
        return "once more"

    desk.up.always = calls(("again", {}))
    before = len(desk.up.heard)
    with pytest.raises(Exception, match="request_limit of 3"):
        await Agent(model(desk), tools=[again]).run("Go on", usage_limits=UsageLimits(request_limit=3))
    assert len(desk.up.heard) - before == 3


async def test_stopping_ends_the_upstreams_work_and_charges_what_came(desk: Desk) -> None:
    desk.up.always = Endless(pause=0.001)
    begun = asyncio.Event()

    async def read() -> None:
        async with Agent(model(desk)).run_stream("Talk for ever") as run:
            async for _ in run.stream_text(delta=True, debounce_by=None):
                begun.set()

    lines = len(await desk.ledger())
    task = asyncio.create_task(read())
    await asyncio.wait_for(begun.wait(), 60)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    for _ in range(6_000):
        if desk.up.gone:
            break
        await asyncio.sleep(0.01)
    assert desk.up.gone == 1
    [line] = (await desk.ledger())[lines:]
    assert line.status == 499 and line.cost > 0


def test_nothing_of_it_is_imported_before_an_agent_runs() -> None:
    """A start without agents must not pay a second for them: the whole server is imported, and Pydantic AI is not."""
    look = "import sys, sayso.server, sayso.cli, sayso.web.app, sayso.ai.agents; print('pydantic_ai' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True).stdout.strip() == "False"
