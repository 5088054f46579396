# SPDX-License-Identifier: Apache-2.0
"""What importing the model package costs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import trimer.model


def test_importing_models_and_library_loads_no_sympy():
    """The nouns, the card and the list of shipped models need neither sympy nor pint."""
    code = (
        "import sys, trimer.model, trimer.library, trimer.core.sources, trimer.core.toml;"
        "trimer.library.names(); trimer.library.files('flotetuzumab');"
        "print(*{'sympy', 'pint', 'scipy', 'polars'} & set(sys.modules))"
    )
    source = str(Path(trimer.model.__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": source},
    )
    assert done.stdout.strip() == ""


def test_every_public_name_loads():
    """What `__all__` promises is there; anything else is an AttributeError."""
    assert all(getattr(trimer.model, name) for name in trimer.model.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'Modle'"):
        _ = trimer.model.Modle
