# SPDX-License-Identifier: Apache-2.0
"""Get a model ready to be solved: machine code where it runs, SciPy elsewhere."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Literal, TypeAlias, TypeGuard, cast

from trimer.core.errors import InputError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimer.engine.compiled import Recipe
    from trimer.engine.solution import Compiled
    from trimer.model.model import Model

    Source: TypeAlias = Model | Recipe | Compiled

Engine: TypeAlias = Literal["auto", "lanes", "scipy"]
ENGINES = ("auto", "lanes", "scipy")


class TrimerWarning(UserWarning):
    """Something a user should know that is not an error."""


def prepare(source: Source, engine: Engine = "auto", vary: Sequence[str] = ()) -> Compiled:
    """Return a model ready to be solved.

    Parameters
    ----------
    source : Model, Recipe or compiled model
        A compiled model is returned as it is.
    engine : {"auto", "lanes", "scipy"}
        ``"lanes"`` is machine code, ``"scipy"`` runs everywhere; ``"auto"`` takes the first that
        this machine can run, and warns if that is SciPy.
    vary : sequence of str
        Parameters that get a column of their own although their card row has no spread.

    Raises
    ------
    InputError
        If `engine` is unknown.
    EngineUnavailable
        If ``"lanes"`` was asked for and cannot run here.
    """
    if engine not in ENGINES:
        raise InputError(f"Unknown engine '{engine}'.{did_you_mean(engine, ENGINES)}")
    if is_compiled(source):
        return source
    source = cast("Model | Recipe", source)
    if engine == "scipy":
        return _scipy(source, vary)
    from trimer.engine.compile import EngineUnavailable
    from trimer.engine.compiled import load_compiled

    try:
        # The card's facts reach the compiled model through `__getattr__`, which mypy cannot see.
        return cast("Compiled", load_compiled(source, tuple(vary)))
    except EngineUnavailable as error:
        if engine == "lanes":
            raise
        message = f"{error}. SciPy is used instead: the same results, some hundred times slower."
        warnings.warn(message, TrimerWarning, stacklevel=3)
        return _scipy(source, vary)


def is_compiled(source: Source) -> TypeGuard[Compiled]:
    """Whether a model is ready to be solved."""
    return hasattr(source, "solve")


def _scipy(source: Model | Recipe, vary: Sequence[str]) -> Compiled:
    from trimer.engine.compiled import Recipe
    from trimer.engine.scipy_path import scipy_compile

    model = source.build() if isinstance(source, Recipe) else source
    return cast("Compiled", scipy_compile(model, tuple(vary)))
