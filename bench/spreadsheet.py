"""A million rows × 10 columns come in as CSV over HTTP, while somebody else reads pages; then they leave again."""

import asyncio
import csv
import random
import tempfile
import time
from pathlib import Path
from statistics import median

import httpx

from bench.figure import Figure
from bench.server import server

ROWS = 1_000_000
READ_EVERY_SECONDS = 0.25
FIRST = "Ada Ben Cleo Dan Eva Finn Gus Hana Ida Jon".split()
LAST = "Otto Brandt Kestrel Halden Ostra Linden Fika Aurel Meridian Tolka".split()
HEAD = ["Order no", "Customer", "E-mail", "Status", "Ordered on", "Amount", "Quantity", "Paid", "Country", "Notes"]


async def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        file = await asyncio.to_thread(written, Path(folder) / "orders.csv")
        async with server() as running:
            headers = {"authorization": f"Bearer {running.token}"}
            async with httpx.AsyncClient(base_url=running.url, headers=headers, timeout=600) as client:
                await client.post("/api/apps", json={"template": "client_desk"})
                took, answers, app, table = await taken_in(client, file)
                left = await exported(client, app, table)
    return [
        Figure("import of 1,000,000 × 10 from CSV, upload to committed", took, 90, "s"),
        Figure("another app's page during the import, median", median(answers) * 1000, 500, "ms", runs=len(answers)),
        Figure("export of 1,000,000 × 10 as CSV, streamed", left, 40, "s"),
    ]


def written(path: Path) -> Path:
    rng = random.Random(1)
    with path.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(HEAD)
        for i in range(ROWS):
            first, last = rng.choice(FIRST), rng.choice(LAST)
            day = f"2026-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
            status, country = (
                rng.choice(["New", "Packed", "Shipped", "Returned"]),
                rng.choice(["DE", "FR", "NL", "PL", "IT", "ES"]),
            )
            mail, amount = f"{first}.{last}{i % 5000}@example.com".lower(), f"€{rng.randint(1, 500_000) / 100:.2f}"
            note = f"Call back about item {rng.randint(1, 99_999)}, please"
            rows.writerow(
                [
                    f"A-{i:07}",
                    f"{first} {last} {i % 977}",
                    mail,
                    status,
                    day,
                    amount,
                    rng.randint(1, 40),
                    rng.choice(["yes", "no"]),
                    country,
                    note,
                ]
            )
    return path


async def taken_in(client: httpx.AsyncClient, file: Path) -> tuple[float, list[float], str, str]:
    begun = time.perf_counter()
    with file.open("rb") as body:
        one = (await client.post("/api/imports", files={"file": (file.name, body)})).raise_for_status().json()
    while one["state"] == "reading":
        await asyncio.sleep(0.1)
        one = (await client.get(f"/api/imports/{one['id']}")).json()
    one = (await client.post(f"/api/imports/{one['id']}/start", json={})).raise_for_status().json()
    answers: list[float] = []
    while one["state"] == "running":
        asked = time.perf_counter()
        (await client.get("/api/apps/client_desk/tables/deals/rows")).raise_for_status()
        answers.append(time.perf_counter() - asked)
        await asyncio.sleep(READ_EVERY_SECONDS)
        one = (await client.get(f"/api/imports/{one['id']}")).json()
    assert (one["state"], one["done"], one["refused"]) == ("done", ROWS, 0), one["message"]
    return time.perf_counter() - begun, answers, one["app"], one["table"]


async def exported(client: httpx.AsyncClient, app: str, table: str) -> float:
    begun, lines = time.perf_counter(), 0
    async with client.stream("GET", f"/api/apps/{app}/tables/{table}/export") as answer:
        async for chunk in answer.aiter_bytes():
            lines += chunk.count(b"\n")
    assert lines == ROWS + 1
    return time.perf_counter() - begun
