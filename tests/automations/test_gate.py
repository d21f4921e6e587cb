"""How many transactions of runs go on together: fewer while people are served."""

from __future__ import annotations

import asyncio

from sayso.automations.work.gate import BESIDE_PEOPLE, Gate


class Hall:
    """Those inside, and how many there were at most."""

    def __init__(self, gate: Gate) -> None:
        self.gate, self.inside, self.most, self.let = gate, 0, 0, asyncio.Event()

    async def visit(self) -> None:
        async with self.gate:
            self.inside += 1
            self.most = max(self.most, self.inside)
            try:
                await self.let.wait()
                await asyncio.sleep(0)
            finally:
                self.inside -= 1


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_runs_take_fewer_turns_while_people_are_served_and_more_again_afterwards() -> None:
    busy = True
    hall = Hall(Gate(lambda: busy, most=3))
    visits = [asyncio.create_task(hall.visit()) for _ in range(9)]
    await settled()
    assert hall.inside == BESIDE_PEOPLE, "one gets on however many people are served"
    busy = False
    hall.let.set()
    await asyncio.gather(*visits)
    assert hall.most == 3


async def test_who_does_not_wait_any_longer_takes_nobody_s_place() -> None:
    gate = Gate(most=1)
    hall = Hall(gate)
    first, second, third = (asyncio.create_task(hall.visit()) for _ in range(3))
    await settled()
    second.cancel()
    hall.let.set()
    await first  # lets somebody in at this very moment
    third.cancel()
    await asyncio.gather(second, third, return_exceptions=True)
    async with asyncio.timeout(60):
        await hall.visit()
    assert hall.inside == 0
