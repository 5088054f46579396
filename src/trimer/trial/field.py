# SPDX-License-Identifier: Apache-2.0
"""Fields of a study file that say in words what they take."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Line = Annotated[str, Field(pattern=r"^[^\x00-\x1f]*$")]


class Table(BaseModel):
    """A table of a study file; unknown keys and other types are refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


def field(words: str, example: str, **limits: Any) -> Any:  # noqa: ANN401 (pydantic's own)
    """Return a field with what it takes, and how to write it."""
    return Field(description=words, examples=[example], **limits)
