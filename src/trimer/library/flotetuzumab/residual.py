# SPDX-License-Identifier: Apache-2.0
"""Residual disease: leukemic cells among nucleated marrow cells, as an assay reports them.

Blasts and stem cells count alike. The read-out is a decimal logarithm that ends at the assay's
sensitivity: below it, the assay sees nothing. Noise of the assay belongs to who reads it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sympy import log

from trimer.model.shapes import at_least

if TYPE_CHECKING:
    from trimer.model.build import Builder


def observe(m: Builder) -> None:
    """Declare the read-out."""
    p, t = m.parameters, m.terms
    m.observable(
        "MRD",
        "measurable residual disease: decimal logarithm of the leukemic share of marrow cells, "
        "not below the assay's sensitivity",
        "1",
        log(at_least(t.Bl / t.marrow, p.mrd_limit)) / log(10),
        label="Residual disease (log10)",
    )
