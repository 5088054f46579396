# SPDX-License-Identifier: Apache-2.0
"""The 83 requirements are all entered, and a done one names tests that exist."""

import ast
import tomllib
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
STORIES = tomllib.loads((HERE / "stories.toml").read_text(encoding="utf-8"))["story"]


def names_in(file: Path) -> set[str]:
    """Names of the test functions that a file defines."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_requirement_is_entered_once_in_order() -> None:
    """S1 to S83 each have one story."""
    assert [story["id"] for story in STORIES] == [f"S{n}" for n in range(1, 84)]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story["id"])
def test_story_is_complete(story: dict) -> None:
    """A story has a sentence, a note, a status and tests, and nothing else."""
    assert set(story) == {"id", "sentence", "note", "status", "tests"}
    assert story["sentence"]
    assert story["note"]
    assert story["status"] in {"open", "done"}


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story["id"])
def test_done_means_shown_by_a_test(story: dict) -> None:
    """A done story names at least one test, each of which exists; an open one names none."""
    assert bool(story["tests"]) == (story["status"] == "done")
    assert len(set(story["tests"])) == len(story["tests"])
    for test in story["tests"]:
        file, name = test.split("::")
        assert name.startswith("test_")
        assert name in names_in(ROOT / file)
