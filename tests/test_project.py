# SPDX-License-Identifier: Apache-2.0
"""The project's own files agree with each other."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import trimer

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PIN = re.compile(r"(?P<name>[a-z0-9-]+)==[0-9][0-9.]*( ; .+)?")


def pinned(file):
    """Return the names of the packages that a requirements file pins."""
    lines = (ROOT / "requirements" / file).read_text(encoding="utf-8").splitlines()
    pins = [PIN.fullmatch(line) for line in lines]
    assert all(pins), f"not a plain pin: {lines[pins.index(None)]}"
    return {pin["name"] for pin in pins}


def names_of(requirements):
    """Return the names of requirements with bounds and markers."""
    return {re.match(r"[a-z0-9-]+", requirement)[0] for requirement in requirements}


def test_run_pins_hold_every_dependency():
    """requirements/run.txt pins what pyproject.toml asks for, and the build backend."""
    assert names_of(PROJECT["project"]["dependencies"]) | {"hatchling"} <= pinned("run.txt")


def test_test_pins_hold_the_tools_too():
    """requirements/test.txt pins all of run.txt and the tools of the tests."""
    tools = names_of(PROJECT["project"]["optional-dependencies"]["test"])
    assert pinned("run.txt") | tools <= pinned("test.txt")


def test_layers_on_the_page_are_those_of_the_linter():
    """The picture in docs/explanation/architecture.md shows the layers that are checked."""
    page = (ROOT / "docs/explanation/architecture.md").read_text(encoding="utf-8")
    picture = re.search(r"```text\n(.*?)```", page, re.DOTALL)[1]
    shown = [line.split()[1:] for line in picture.splitlines()]
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    checked = next(contract for contract in contracts if contract["type"] == "layers")["layers"]
    assert shown == [layer.split(" | ") for layer in checked]


def test_every_package_has_its_line_on_the_page():
    """docs/explanation/architecture.md says of each package what it is for."""
    page = (ROOT / "docs/explanation/architecture.md").read_text(encoding="utf-8")
    packages = {path.parent.name for path in (ROOT / "src/trimer").glob("*/__init__.py")}
    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == packages


def test_citation_names_this_version():
    """CITATION.cff and the package have one version."""
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f'version: "{trimer.__version__}"' in citation.splitlines()


@pytest.mark.parametrize("page", sorted(ROOT.glob("*.md")) + sorted(ROOT.glob("docs/**/*.md")))
def test_links_between_pages_lead_somewhere(page):
    """A relative link on a page points at a file that is there."""
    text = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", text)
    assert [link for link in links if not (page.parent / link).exists()] == []
