# SPDX-License-Identifier: Apache-2.0
"""Virtual patients: how parameters differ between people, and cohorts drawn from that."""

from trimer.patients.cohort import COVARIATE, Cohort, ParameterLike, concatenate
from trimer.patients.definition import Definition
from trimer.patients.distribution import Beta, Distribution, Logistic, LogNormal, parse_spread
from trimer.patients.draw import Draw
from trimer.patients.sample import sample
from trimer.patients.screen import Examination, Screening, Tally

__all__ = [
    "COVARIATE",
    "Beta",
    "Cohort",
    "Definition",
    "Distribution",
    "Draw",
    "Examination",
    "LogNormal",
    "Logistic",
    "ParameterLike",
    "Screening",
    "Tally",
    "concatenate",
    "parse_spread",
    "sample",
]
