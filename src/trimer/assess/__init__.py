# SPDX-License-Identifier: Apache-2.0
"""What a course means: grades, responses, exposure. Pure functions of arrays."""

from trimer.assess.change import best_change_percent, log10_reduction
from trimer.assess.crs import CRSReadout, crs_reference, crs_severity
from trimer.assess.exposure import area_under_curve, mean_level, peak, time_of_peak
from trimer.assess.paired import PairedDifference, compare_counts, compare_paired, mcnemar_exact
from trimer.assess.proportion import Proportion, exact_interval, proportion
from trimer.assess.response import RESPONSES, best_response

__all__ = [
    "RESPONSES",
    "CRSReadout",
    "PairedDifference",
    "Proportion",
    "area_under_curve",
    "best_change_percent",
    "best_response",
    "compare_counts",
    "compare_paired",
    "crs_reference",
    "crs_severity",
    "exact_interval",
    "log10_reduction",
    "mcnemar_exact",
    "mean_level",
    "peak",
    "proportion",
    "time_of_peak",
]
