"""Who works batches off: every process, a few at a time. What it has of a batch when it is killed is taken over by another."""

import asyncio
import logging
import random
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import insert, select, update

from sayso import db
from sayso.db.endpoint_tables import batch_lines as t
from sayso.gateway import files, kept
from sayso.gateway.asked import as_body
from sayso.gateway.batches import lines, stored
from sayso.gateway.bridge.items import new_id
from sayso.gateway.caller import Caller
from sayso.gateway.calls import Call
from sayso.gateway.refusals import Refused

if TYPE_CHECKING:
    from sayso.gateway.gateway import Gateway
    from sayso.gateway.responses.create import Responses

LOOK_SECONDS = 5.0
BEAT_SECONDS = 1.0
BATCHES_AT_ONCE = 2
LINES_AT_ONCE = 8
LINES_READ = 200
WAITS_MAX = 200
"""How often a line waits for a limit before it is given up; each time longer, up to a minute."""
WAIT_SECONDS, WAIT_SECONDS_MAX = 0.5, 60.0

log = logging.getLogger(__name__)


class Work:
    """Of one process."""

    def __init__(self, gateway: "Gateway", responses: "Responses") -> None:
        self.gateway, self.responses = gateway, responses
        self._new = asyncio.Event()
        self._slots = asyncio.Semaphore(BATCHES_AT_ONCE)

    def look(self) -> None:
        """There is one more."""
        self._new.set()

    async def run(self) -> None:
        """For ever."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                await self._slots.acquire()
                found = None
                try:
                    async with db.transaction(self.gateway.engine) as tx:
                        found = await stored.claim(tx, self.gateway.process)
                except Exception as error:
                    log.warning("batches wait for PostgreSQL: %s", error)
                if found is not None:
                    tasks.create_task(self._work(found))
                    continue
                self._slots.release()
                self._new.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._new.wait(), LOOK_SECONDS)

    async def _work(self, row: Any) -> None:
        try:
            await One(self, row).through()
        except Exception:
            log.exception("the batch %s stopped; it is taken up again", row.id)
            await asyncio.sleep(LOOK_SECONDS)
        finally:
            self._slots.release()
            with suppress(Exception):
                async with db.transaction(self.gateway.engine) as tx:
                    await stored.let_go(tx, row.id, self.gateway.process)

    def caller(self, workspace: str, told: dict[str, Any]) -> Caller | None:
        """Who began it; None when the key was withdrawn meanwhile."""
        if told.get("key") is None:
            return self.gateway.caller(workspace, app=told.get("app"), member=told.get("member"))
        found = (one for one in self.gateway.known.keys.values() if one.key == told["key"] and one.workspace == workspace)
        return next(found, None)


class One:
    """One batch, from where it is to its end."""

    def __init__(self, work: Work, row: Any) -> None:
        self.work, self.gateway = work, work.gateway
        self.id, self.workspace, self.status = row.id, row.workspace_id, row.status
        self.value, self.told, self.expires_at = row.value, row.caller, row.expires_at
        self.stopped = asyncio.Event()
        """Set when it is to end early: cancelled, expired, or another's."""
        self.lost = False

    @property
    def endpoint(self) -> str:
        return self.value["endpoint"].removeprefix("/v1/")

    async def through(self) -> None:
        beating = asyncio.create_task(self._beat())
        try:
            if self.status == "validating" and not await self._validated():
                return
            if self.status == "in_progress":
                await self._asked()
            if not self.lost:
                await self._ended()
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)

    async def _beat(self) -> None:
        while not self.lost:
            await asyncio.sleep(BEAT_SECONDS)
            try:
                async with db.transaction(self.gateway.engine) as tx:
                    status = await stored.beat(tx, self.id, self.gateway.process)
            except Exception as error:
                log.warning("a batch waits for PostgreSQL: %s", error)
                continue
            self.lost = status is None
            if self.lost or status == "cancelling" or self._expired():
                self.status = status or self.status
                self.stopped.set()

    def _expired(self) -> bool:
        return datetime.now(UTC) >= self.expires_at

    async def _validated(self) -> bool:
        async with db.transaction(self.gateway.engine) as tx:
            try:
                path = await files.content(tx, self.gateway.home, self.workspace, self.value["input_file_id"])
            except Refused as error:
                problems = [{"code": "file_not_found", "line": None, "message": str(error), "param": "input_file_id"}]
                await stored.turned(tx, self.id, self.value, "failed", errors={"object": "list", "data": problems})
                return False
        found, problems = await asyncio.to_thread(lines.read, path, self.value["endpoint"])
        async with db.transaction(self.gateway.engine) as tx:
            if problems:
                await stored.turned(tx, self.id, self.value, "failed", errors={"object": "list", "data": problems})
                return False
            for at in range(0, len(found), LINES_READ):
                await tx.execute(
                    insert(t),
                    [{"batch": self.id, **line, "body": kept.storable(line["body"])} for line in found[at : at + LINES_READ]],
                )
            models = {line["body"]["model"] for line in found}
            counts = {"total": len(found), "completed": 0, "failed": 0}
            told = {"request_counts": counts, "model": models.pop() if len(models) == 1 else None}
            self.value = await stored.turned(tx, self.id, self.value, "in_progress", **told)
        self.status = "in_progress"
        return True

    # ── asking ────────────────────────────────────────────────

    async def _asked(self) -> None:
        after = 0
        while not self.stopped.is_set():
            query = select(t.c.number, t.c.custom_id, t.c.body).where(t.c.batch == self.id, t.c.ok.is_(None), t.c.number > after)
            async with self.gateway.engine.connect() as tx:
                rows = (await tx.execute(query.order_by(t.c.number).limit(LINES_READ))).all()
            if not rows:
                return
            after = rows[-1].number
            waiting = iter(rows)
            async with asyncio.TaskGroup() as tasks:
                for _ in range(min(LINES_AT_ONCE, len(rows))):
                    tasks.create_task(self._next(waiting))

    async def _next(self, waiting: Iterator[Any]) -> None:
        for row in waiting:
            if self.stopped.is_set():
                return
            status, request, body = await self._one(row.body)
            output = {
                "id": new_id("batch_req"),
                "custom_id": row.custom_id,
                "response": {"status_code": status, "request_id": request, "body": body},
                "error": None,
            }
            done = {"output": kept.storable(output), "ok": int(status < 400)}
            async with db.transaction(self.gateway.engine) as tx:
                await tx.execute(update(t).where(t.c.batch == self.id, t.c.number == row.number).values(**done))

    async def _one(self, body: dict[str, Any]) -> tuple[int, str, Any]:
        """Status, id and body of one answer. What is only full just now is waited for."""
        for wait in range(WAITS_MAX):
            caller = self.work.caller(self.workspace, self.told)
            if caller is None:
                gone = Refused("The key that this batch was begun with has been withdrawn.", 401, code="invalid_api_key")
                return gone.status, "", orjson.loads(gone.body())
            try:
                return await self._answered(caller, body)
            except Refused as error:
                if (
                    error.status not in (429, 503)
                    or error.code == "insufficient_quota"
                    or self.stopped.is_set()
                    or wait == WAITS_MAX - 1
                ):
                    return error.status, _request_of(error), orjson.loads(error.body())
            pause = min(WAIT_SECONDS_MAX, WAIT_SECONDS * 2 ** min(wait, 8)) * random.uniform(0.5, 1)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.stopped.wait(), pause)
        raise AssertionError

    async def _answered(self, caller: Caller, body: dict[str, Any]) -> tuple[int, str, Any]:
        raw = as_body(body)
        if self.endpoint == "responses":
            answer = await self.work.responses.create(caller, raw)
        else:
            answer = await self.gateway.answer(Call(caller, self.endpoint, raw))
        try:
            told = await answer.whole()
        finally:
            await answer.close()
        try:
            return answer.status, answer.id, orjson.loads(told)
        except orjson.JSONDecodeError:
            raise Refused("The answer was not JSON.", 502, code="upstream_error") from None

    # ── the end ───────────────────────────────────────────────

    async def _ended(self) -> None:
        end = "cancelled" if self.status == "cancelling" else "expired" if self._expired() else "completed"
        async with db.transaction(self.gateway.engine) as tx:
            self.value = await stored.read(tx, self.workspace, self.id)
            if end == "completed":
                self.value = await stored.turned(tx, self.id, self.value, "finalizing")
        async with db.transaction(self.gateway.engine) as tx:
            rows = (
                await tx.execute(select(t.c.custom_id, t.c.output, t.c.ok).where(t.c.batch == self.id).order_by(t.c.number))
            ).all()
            good = [row.output for row in rows if row.ok == 1]
            bad = [row.output for row in rows if row.ok == 0]
            bad += [_undone(row.custom_id, end) for row in rows if row.ok is None]
            told = {
                "output_file_id": await self._file(tx, "output", good),
                "error_file_id": await self._file(tx, "error", bad),
                "request_counts": {"total": len(rows), "completed": len(good), "failed": len(bad) if end == "completed" else len([r for r in rows if r.ok == 0])},
                "usage": _usage(good),
            }  # fmt: skip
            await stored.turned(tx, self.id, self.value, end, **told)
            await tx.execute(t.delete().where(t.c.batch == self.id))

    async def _file(self, tx: Any, what: str, rows: list[dict[str, Any]]) -> str | None:
        if not rows:
            return None
        made = await files.create(
            tx,
            self.gateway.home,
            self.workspace,
            name=f"{self.id}_{what}.jsonl",
            purpose="batch_output",
            content=(orjson.dumps(row) + b"\n" for row in rows),
            expires_seconds=self.told.get("output_seconds"),
        )
        return made["id"]


def _request_of(error: Refused) -> str:
    return next((value.decode() for name, value in error.headers if name == b"x-request-id"), "")


def _undone(custom_id: str, end: str) -> dict[str, Any]:
    code = "batch_cancelled" if end == "cancelled" else "batch_expired"
    message = "This request was not asked, because the batch was " + (
        "cancelled." if end == "cancelled" else "not done within its time."
    )
    return {"id": new_id("batch_req"), "custom_id": custom_id, "response": None, "error": {"code": code, "message": message}}


def _usage(outputs: list[dict[str, Any]]) -> dict[str, Any]:
    into = said = cached = thought = 0
    for output in outputs:
        body = output["response"]["body"]
        used = (body.get("usage") if isinstance(body, dict) else None) or {}
        into += used.get("prompt_tokens") or used.get("input_tokens") or 0
        said += used.get("completion_tokens") or used.get("output_tokens") or 0
        cached += (used.get("prompt_tokens_details") or used.get("input_tokens_details") or {}).get("cached_tokens") or 0
        thought += (used.get("completion_tokens_details") or used.get("output_tokens_details") or {}).get("reasoning_tokens") or 0
    return {
        "input_tokens": into,
        "input_tokens_details": {"cached_tokens": cached},
        "output_tokens": said,
        "output_tokens_details": {"reasoning_tokens": thought},
        "total_tokens": into + said,
    }
