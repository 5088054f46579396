# SPDX-License-Identifier: Apache-2.0
"""What the pages show works as shown."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from trimer.protocol import read_protocol
from trimer.trial.cohorts import find_cohort
from trimer.trial.read import read_study

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))]


def blocks(language):
    """Return page and text of every block of code in a language."""
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for block in re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL):
            name = f"{page.relative_to(ROOT)}-{len(found)}"
            found.append(pytest.param(block, id=name))
    return found


@pytest.fixture(scope="module")
def examples(tmp_path_factory):
    """Write the TOML blocks of all pages as files, each under the name in its first line."""
    folder = tmp_path_factory.mktemp("examples")
    for block in blocks("toml"):
        text = block.values[0]
        (folder / text.partition("\n")[0].removeprefix("# ")).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("block", blocks("toml"))
def test_toml_on_a_page_is_accepted(block, examples):
    """A study, protocol or cohort that a page shows is read without complaint."""
    path = examples / block.partition("\n")[0].removeprefix("# ")
    table = tomllib.loads(block)
    if "cohort" in table:
        assert find_cohort(str(path)).definition
        return
    read = read_study if "study" in table else read_protocol
    assert read(path).name


@pytest.mark.parametrize("block", [x for x in blocks("python") if "import trimer" in x.values[0]])
def test_python_on_a_page_runs(block):
    """Python that a page shows runs as it stands."""
    exec(compile(block, "page", "exec"), {})  # noqa: S102 (the page is ours)
