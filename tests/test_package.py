# SPDX-License-Identifier: Apache-2.0
"""What `import trimer` gives, and what it costs."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

import trimer

HEAVY = ("numpy", "scipy", "sympy", "pint", "pydantic", "polars", "matplotlib", "llvmlite")


@pytest.mark.parametrize("name", trimer.__all__)
def test_every_public_name_exists(name):
    """A name in `__all__` can be had from the package, and is listed by `dir`."""
    assert getattr(trimer, name) is not None
    assert name in dir(trimer)


def test_names_are_listed_once_and_in_order():
    """`__all__` is sorted and holds what the package can load, and its version."""
    assert sorted(set(trimer.__all__)) == trimer.__all__
    assert set(trimer.__all__) == {*trimer._HOMES, "__version__"}


def test_unknown_name_is_an_attribute_error():
    """A name that is not there is refused as any module would."""
    with pytest.raises(AttributeError, match="module 'trimer' has no attribute 'tripper'"):
        trimer.tripper  # noqa: B018 (looking it up is the test)


def test_simulate_stays_the_verb():
    """Importing the package of the same name does not hide the function."""
    importlib.import_module("trimer.simulate")
    assert trimer.simulate is sys.modules["trimer.simulate"].simulate


def test_import_loads_nothing_heavy():
    """`import trimer` in a new interpreter loads no package of others."""
    code = f"import sys, trimer; print([name for name in {HEAVY} if name in sys.modules])"
    here = os.environ | {"PYTHONPATH": str(Path(trimer.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=here,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout == "[]\n"


def test_package_says_that_it_is_typed():
    """The marker that lets editors use the annotations is there."""
    assert (Path(trimer.__file__).parent / "py.typed").exists()
