import os
import socket
from pathlib import Path

from tests.sayso import sayso


def states(answer: dict[str, list[dict[str, str]]]) -> dict[str, str]:
    return {finding["name"]: finding["state"] for finding in answer["findings"]}


async def test_a_healthy_home(tmp_path: Path):
    told = await sayso("doctor", "--home", str(tmp_path / "new"), "--json", env={"SAYSO_PORT": "0"})
    found = states(told.json)
    assert {found[name] for name in ("Python", "Packages", "PostgreSQL", "Disk", "Server", "Private folders")} == {"good"}
    assert (found["Home"], found["Database"]) == ("note", "note")


async def test_what_is_wrong_is_named_with_what_to_do(tmp_path: Path):
    home = tmp_path / "home"
    (home / "files").mkdir(parents=True)
    (home / "files").chmod(0o755)
    home.chmod(0o777)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        told = await sayso(
            "doctor", "--home", str(home), "--json", env={"SAYSO_PORT": port, "DATABASE_URL": "postgresql://127.0.0.1:1/none"}
        )
    assert told.code == 1
    found = states(told.json)
    assert (found["Home"], found["Private folders"], found["Server"], found["Database"]) == ("bad", "bad", "bad", "bad")
    assert all(finding["do"] for finding in told.json["findings"] if finding["state"] == "bad")
    assert os.stat(home).st_mode & 0o777 == 0o777, "a doctor looks and does not touch"
