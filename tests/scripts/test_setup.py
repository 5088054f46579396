# SPDX-License-Identifier: Apache-2.0
"""scripts/setup says in one sentence what it lacks, and throws nothing away."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path):
    """Return a copy of what set-up reads, in a folder with a space in its name."""
    folder = tmp_path / "a checkout"
    folder.mkdir()
    shutil.copytree(ROOT / "scripts", folder / "scripts")
    shutil.copytree(ROOT / "requirements", folder / "requirements")
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.fixture
def python(tmp_path):
    """Return a function that makes a Python with some code run before everything else."""

    def make(code):
        folder = tmp_path / "odd python"
        folder.mkdir()
        (folder / "sitecustomize.py").write_text(code, encoding="utf-8")
        program = folder / "python3"
        program.write_text(
            f'#!/bin/sh\nfor x in "$@"; do case $x in -I|-S) shift;; *) break;; esac; done\n'
            f'PYTHONPATH="{folder}" exec "{sys.executable}" "$@"\n',
            encoding="utf-8",
        )
        program.chmod(0o755)
        return str(program)

    return make


def setup(checkout, *arguments, **environment):
    """Run scripts/setup from another folder; return its exit code and what it said."""
    done = subprocess.run(
        ["bash", checkout / "scripts" / "setup", *arguments],
        cwd="/",
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout == ""
    return done.returncode, done.stderr


def test_old_python_is_refused(checkout, python):
    """Python before 3.11 is named with its version, and what to do."""
    old = python("import sys; sys.version_info = (3, 9, 2)")
    code, said = setup(checkout, PYTHON=old)
    assert code == 1
    assert said.count("\n") == 1
    assert "needs Python 3.11 or newer" in said
    assert "3.9.2" in said
    assert not (checkout / ".venv").exists()


def test_missing_python_is_said(checkout):
    """A Python that is not there is said to be so."""
    code, said = setup(checkout, PYTHON="/nowhere/python3")
    assert code == 1
    assert "/nowhere/python3 is not there" in said


def test_broken_venv_says_what_to_install(checkout, python):
    """Where ensurepip is missing, as on Debian, one sentence names the package to install."""
    code, said = setup(checkout, PYTHON=python("import sys; sys.modules['ensurepip'] = None"))
    assert code == 1
    assert said.count("\n") == 1
    assert "apt install python3-venv" in said
    assert not (checkout / ".venv").exists()


def test_environment_of_others_is_left_alone(checkout):
    """A .venv that set-up did not make and cannot use is not thrown away."""
    (checkout / ".venv").mkdir()
    (checkout / ".venv" / "notes.txt").write_text("mine", encoding="utf-8")
    code, said = setup(checkout)
    assert code == 1
    assert "move it away" in said
    assert (checkout / ".venv" / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_unknown_kind_is_a_usage_error(checkout):
    """There are two kinds of set-up; another word is refused."""
    code, said = setup(checkout, "tests")
    assert code == 2
    assert "usage:" in said
