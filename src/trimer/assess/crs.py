# SPDX-License-Identifier: Apache-2.0
"""Cytokine release syndrome: the provisional grade of the reference model.

An ordinal logistic read-out, calibrated by hand against published totals. It is **provisional**:
no clinical scale grades CRS this way (they use fever, blood pressure, oxygen and the support a
patient needs, which the reference model does not have).

Peaks are those of the study's outputs; the reference model takes them over its solver's steps, so
on a coarse grid a sharp peak, and with it now and then a grade, may come out lower here.

**Source.** TrimerReference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trimer.core.elementary import log

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

NOT_EVALUABLE = -1
"""Grade of a patient whose course is not known."""


@dataclass(frozen=True, slots=True)
class CRSReadout:
    """Constants of the read-out. One set for every schedule and cohort.

    Parameters
    ----------
    per_log_signal : float
        Weight of the logarithm of peak signalling IL-6 (in pg/mL, at least 1).
    per_leak : float
        Weight of the peak vascular leak (0 to 1).
    thresholds : tuple of float
        Severity above which a patient has grade 1, 2, 3, 4.
    fever : float
        Peak temperature (degC) from which on a patient has at least grade 1.
    """

    per_log_signal: float = 1.35
    per_leak: float = 4.0
    thresholds: tuple[float, float, float, float] = (2.6, 5.3, 9.2, 11.3)
    fever: float = 38.0


REFERENCE = CRSReadout()


def crs_severity(
    peak_signal: ArrayLike, peak_leak: ArrayLike, readout: CRSReadout = REFERENCE
) -> NDArray[np.float64]:
    """Return the severity behind the grade, before a patient's own deviate is added.

    Parameters
    ----------
    peak_signal : array_like of float
        Peak of signalling IL-6 in pg/mL (IL-6 whose receptor tocilizumab does not block).
    peak_leak : array_like of float
        Peak of vascular leak, 0 to 1.
    readout : CRSReadout
        Constants.

    Returns
    -------
    ndarray of float64
        On the logit scale: grade *g* or more has probability
        ``1 / (1 + exp(threshold_g - severity))``.
    """
    # The portable logarithm: a grade must not depend on the machine's last bit.
    signal = log(np.maximum(np.asarray(peak_signal, dtype=np.float64), 1.0))
    leak = np.asarray(peak_leak, dtype=np.float64)
    return np.asarray(readout.per_log_signal * signal + readout.per_leak * leak)


def crs_reference(
    peak_signal: ArrayLike,
    peak_leak: ArrayLike,
    peak_temperature: ArrayLike,
    deviate: ArrayLike,
    readout: CRSReadout = REFERENCE,
) -> NDArray[np.int8]:
    """Return the provisional CRS grade of each patient.

    The grade is the number of thresholds that severity plus deviate passes; fever alone is
    grade 1.

    Parameters
    ----------
    peak_signal : array_like of float, shape (N,)
        Peak of signalling IL-6 in pg/mL.
    peak_leak : array_like of float, shape (N,)
        Peak of vascular leak, 0 to 1.
    peak_temperature : array_like of float, shape (N,)
        Peak temperature in degC.
    deviate : array_like of float, shape (N,)
        What the model does not explain: one standard logistic number a patient, the same in
        every arm.
    readout : CRSReadout
        Constants.

    Returns
    -------
    ndarray of int8, shape (N,)
        0 to 4; -1 (not evaluable) where an argument is NaN.

    Examples
    --------
    >>> crs_reference([5.0, 500.0], [0.0, 0.3], [38.2, 39.5], [0.0, 0.0]).tolist()
    [1, 3]
    """
    severity = crs_severity(peak_signal, peak_leak, readout) + np.asarray(deviate)
    temperature = np.asarray(peak_temperature, dtype=np.float64)
    thresholds = np.array(readout.thresholds)
    grade = np.sum(severity[..., np.newaxis] > thresholds, axis=-1)
    grade = np.maximum(grade, temperature >= readout.fever)
    unknown = np.isnan(severity) | np.isnan(temperature)
    return np.where(unknown, NOT_EVALUABLE, grade).astype(np.int8)
