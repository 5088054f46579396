# SPDX-License-Identifier: Apache-2.0
"""The infusion plan: a protocol for one patient, in clock time."""

from trimer.clinic.plan.clock import Clock, parse_start
from trimer.clinic.plan.pharmacy import STAMP, Pharmacy, read_pharmacy
from trimer.clinic.plan.plan import InfusionPlan, make_plan
from trimer.clinic.plan.size import Size, parse_surface, parse_weight

__all__ = [
    "STAMP",
    "Clock",
    "InfusionPlan",
    "Pharmacy",
    "Size",
    "make_plan",
    "parse_start",
    "parse_surface",
    "parse_weight",
    "read_pharmacy",
]
