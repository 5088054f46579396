# SPDX-License-Identifier: Apache-2.0
"""Scalar code does compiled what Python does with it, to the last bit."""

from __future__ import annotations

import ctypes
from dataclasses import fields
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine import scalar_sample
from tests.engine.scalar_sample import Tables

from trimer.core.errors import EngineError
from trimer.engine.scalar import translate
from trimer.engine.visit import load_visitor

NUMBERS = st.floats(-1e6, 1e6) | st.sampled_from([np.nan, np.inf, 0.0, -0.0, 0.05, 2.5, -2.5])


@cache
def compiled():
    """Return the entry as a Python callable, and what it needs to live."""
    kept, address = load_visitor([scalar_sample], "entry")
    kinds = (
        ctypes.c_void_p, ctypes.c_int64, ctypes.c_double, ctypes.c_void_p, ctypes.c_int64
    )  # fmt: skip
    return ctypes.CFUNCTYPE(ctypes.c_double, *kinds)(address), kept


def tables(seed):
    """Return what the functions are given, for three patients."""
    rng = np.random.default_rng(seed)
    return Tables(
        3, float(rng.normal()), rng.normal(size=(3, 3)), rng.normal(size=(3, 3)).astype(np.float32),
        rng.integers(-50, 50, (2, 3), np.int32), rng.integers(-50, 50, 3, np.int16),
        rng.integers(-5, 5, 3, np.int8), rng.integers(-50, 50, 3),
        rng.integers(0, 2**63, 3, np.uint64) * np.uint64(2), rng.integers(0, 2, 3) == 1,
    )  # fmt: skip


def packed(given):
    """Return tables as compiled code reads them."""
    found = [getattr(given, field.name) for field in fields(given)]
    entries = [found[0], int(np.float64(found[1]).view(np.int64))]
    return np.array([*entries, *(array.ctypes.data for array in found[2:])], np.int64)


@settings(max_examples=150, deadline=None)
@given(
    st.integers(0, 10**6), st.integers(0, 2), st.integers(-200, 200), st.integers(0, 7),
    st.lists(NUMBERS, min_size=3, max_size=3),
)  # fmt: skip
def test_compiled_is_what_python_does(seed, q, time, lane, values):
    """The result and every array have the same bits."""
    mine, other = tables(seed), tables(seed)
    numbers = np.array(values)
    call, _ = compiled()
    table = packed(mine)
    with np.errstate(all="ignore"):
        wanted = scalar_sample.entry(other, q, float(time), numbers, lane)
    found = call(table.ctypes.data, q, float(time), numbers.ctypes.data, lane)
    np.testing.assert_array_equal(found, wanted)
    for field in fields(Tables):
        np.testing.assert_array_equal(getattr(mine, field.name), getattr(other, field.name))


@pytest.mark.parametrize(
    "line",
    ["x = [1, 2]", "x = q if q else 'a'", "x = unknown", "x = q @ q", "del q", "x = open(q)"],
)
def test_what_is_not_translated_is_refused(line):
    """A word that is not known does not become wrong code."""
    source = f"class Tables:\n    patients: int\ndef f(d: Tables, q: int) -> int:\n    {line}\n"
    with pytest.raises((EngineError, KeyError)):
        translate(source + "    return 1\n", "f", {})


def test_a_word_has_one_meaning(tmp_path):
    """Two modules that call two numbers the same are refused: they are translated as one."""
    import types

    path = tmp_path / "other.py"
    path.write_text(Path(scalar_sample.__file__).read_text(encoding="utf-8"), encoding="utf-8")
    other = types.ModuleType("other")
    other.__file__, other.HALF = str(path), 0.25
    with pytest.raises(EngineError, match=r"'HALF' is 0\.5 in one module and 0\.25"):
        load_visitor([scalar_sample, other], "entry")
