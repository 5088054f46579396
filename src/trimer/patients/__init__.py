# SPDX-License-Identifier: Apache-2.0
"""Virtual patients: how parameters differ between people, and cohorts drawn from that."""

from trimer.patients.cohort import Cohort, ParameterLike, concatenate
from trimer.patients.distribution import Beta, Distribution, Logistic, LogNormal, parse_spread
from trimer.patients.sample import sample

__all__ = [
    "Beta",
    "Cohort",
    "Distribution",
    "LogNormal",
    "Logistic",
    "ParameterLike",
    "concatenate",
    "parse_spread",
    "sample",
]
