"""What Sayso is made of: locked, listed, and asked about when there is somebody to ask."""

import importlib.metadata
import json
import re
import site
from pathlib import Path
from typing import Any

import pytest
from script import audit, sbom

ROOT = Path(__file__).resolve().parents[2]
RUNTIME_PACKAGES_MAX = 100
"""Each one is somebody else's to break into. What adds one says why in docs/decisions/."""
STARTED_BY = {
    "distutils-precedence.pth",
    "_virtualenv.pth",
    "sayso.pth",
    "_sayso.pth",
    "_editable_impl_sayso.pth",
    "coverage.pth",
    "a1_coverage.pth",
}
"""Files that run at every start of Python, and whose they are: setuptools, virtualenv, our own editable install, coverage."""


def test_every_package_is_locked_with_hashes():
    packages = sbom.python()
    assert 40 < len(packages) <= RUNTIME_PACKAGES_MAX
    assert [name for name, (_, hashes) in packages.items() if not hashes] == []
    assert [name for name, (_, integrity) in sbom.node().items() if not integrity.startswith("sha512-")] == []


def test_the_bill_of_materials_names_what_is_locked():
    bill = json.loads(json.dumps(sbom.bill()))
    assert (bill["bomFormat"], bill["specVersion"], bill["metadata"]["component"]["name"]) == ("CycloneDX", "1.6", "sayso")
    purls = [one["purl"] for one in bill["components"]]
    assert len(purls) == len(set(purls)) and all(re.fullmatch(r"pkg:(pypi|npm)/\S+@\S+", one) for one in purls)
    for name, (version, hashes) in sbom.python().items():
        one = next(part for part in bill["components"] if part["purl"] == f"pkg:pypi/{name}@{version}")
        assert [told["content"] for told in one["hashes"]] == list(hashes)
    assert "litellm" not in sbom.python()


def test_nothing_else_starts_with_python():
    for folder in site.getsitepackages():
        for file in Path(folder).glob("*.pth"):
            lines = [line for line in file.read_text().splitlines() if line.startswith(("import ", "import\t"))]
            assert not lines or file.name in STARTED_BY, f"{file} runs code at every start of Python"


def test_an_audit_without_the_network_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    def nobody(name: str, version: str) -> list[dict[str, Any]]:
        raise audit.NotChecked("no network")

    said, holes = audit.python(nobody)
    assert "not checked" in said and holes == []
    monkeypatch.delenv("SAYSO_AUDIT", raising=False)
    assert audit.main() == 0 and "not checked" in capsys.readouterr().err


def test_an_audit_names_what_is_known():
    def somebody(name: str, version: str) -> list[dict[str, Any]]:
        return [{"id": "CVE-2026-0001"}] if name == "jinja2" else []

    said, holes = audit.python(somebody)
    assert "1 known holes" in said and re.fullmatch(r"jinja2 [\d.]+: CVE-2026-0001", holes[0])


def test_every_package_has_its_licence_told():
    told = (ROOT / "docs" / "licences.md").read_text("utf-8")
    assert [name for name in sbom.python() if f"| {name} |" not in told] == []
    assert "unknown" not in told.lower()


def test_no_package_is_here_under_another_version_than_is_locked():
    """Of those that are installed and locked, so that what is tested is what is shipped; a newer patch is told, not refused."""
    other = []
    for name, (version, _) in sbom.python().items():
        try:
            here = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        if here.split(".")[0] != version.split(".")[0]:
            other.append(f"{name}: {here} instead of {version}")
    assert other == []
