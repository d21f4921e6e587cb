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


async def test_how_a_home_stands_against_who_means_ill(tmp_path: Path):
    home = tmp_path / "home"
    assert (await sayso("token", "create", "--never-expires", "--home", str(home))).code == 0
    safe = await sayso("doctor", "--security", "--home", str(home), "--json", env={"SAYSO_PORT": "0"})
    found = states(safe.json)
    assert safe.code == 0 and "bad" not in found.values(), safe.out
    assert (found["Address"], found["Tokens"], found["Audit log"], found["Database role"]) == ("good", "note", "good", "good")

    (home / "files").mkdir(exist_ok=True)
    (home / "files").chmod(0o755)
    home.chmod(0o755)
    env = {
        "SAYSO_URL": "http://sayso.northlight.example", "SAYSO_HOST": "0.0.0.0", "SAYSO_EGRESS_ALLOW": "0.0.0.0/0", "SAYSO_PROXIES": "0.0.0.0/0",
    }  # fmt: skip
    open_wide = await sayso("doctor", "--security", "--home", str(home), "--json", env=env)
    found = states(open_wide.json)
    assert open_wide.code == 1
    assert [found[name] for name in ("Address", "Files of the home", "Way out", "Proxies")] == ["bad"] * 4
    assert all(one["do"] for one in open_wide.json["findings"] if one["state"] == "bad")
