# SPDX-License-Identifier: Apache-2.0
"""What a course means: grades, responses, exposure. Pure functions of arrays."""

from trimer.assess.aalen_johansen import CumulativeIncidence, aalen_johansen
from trimer.assess.adverse import (
    AdverseEvent,
    adverse_deviate,
    adverse_events,
    adverse_grade,
    adverse_threshold,
)
from trimer.assess.change import best_change_percent, log10_reduction
from trimer.assess.cox import CoxFit, cox
from trimer.assess.crs import CRSReadout, crs_reference, crs_severity
from trimer.assess.crs_astct import crs_grade, crs_look
from trimer.assess.crs_course import CrsCourse, CrsEvents, crs_events, crs_sequence
from trimer.assess.crs_ctcae import crs_ctcae_grade
from trimer.assess.crs_lee import crs_lee_grade
from trimer.assess.crs_memory import CrsMemory, crs_closed
from trimer.assess.ctcae import CTCAE_UNITS, ctcae_grade
from trimer.assess.exposure import area_under_curve, mean_level, peak, time_of_peak
from trimer.assess.icans import ICE_ITEMS, icans_grade, ice_alert, ice_change, ice_score
from trimer.assess.infusion_reaction import infusion_reaction_grade, infusion_related
from trimer.assess.kaplan_meier import KaplanMeier, kaplan_meier
from trimer.assess.limits import ADULT, Limits
from trimer.assess.logistic import ExposureGroup, LogisticFit, exposure_groups, logistic
from trimer.assess.logrank import LogRank, logrank
from trimer.assess.paired import PairedDifference, compare_counts, compare_paired, mcnemar_exact
from trimer.assess.proportion import Proportion, exact_interval, proportion
from trimer.assess.response import RESPONSES, best_response
from trimer.assess.response_course import relapse_day, response_day
from trimer.assess.scales import SCALES, Scale
from trimer.assess.support import NO_SUPPORT, Support
from trimer.assess.survival import median_survival, survival_at, survival_curve
from trimer.assess.two_groups import GroupDifference, compare_groups, fisher_exact, mantel_haenszel

__all__ = [
    "ADULT",
    "CTCAE_UNITS",
    "ICE_ITEMS",
    "NO_SUPPORT",
    "RESPONSES",
    "SCALES",
    "AdverseEvent",
    "CRSReadout",
    "CoxFit",
    "CrsCourse",
    "CrsEvents",
    "CrsMemory",
    "CumulativeIncidence",
    "ExposureGroup",
    "GroupDifference",
    "KaplanMeier",
    "Limits",
    "LogRank",
    "LogisticFit",
    "PairedDifference",
    "Proportion",
    "Scale",
    "Support",
    "aalen_johansen",
    "adverse_deviate",
    "adverse_events",
    "adverse_grade",
    "adverse_threshold",
    "area_under_curve",
    "best_change_percent",
    "best_response",
    "compare_counts",
    "compare_groups",
    "compare_paired",
    "cox",
    "crs_closed",
    "crs_ctcae_grade",
    "crs_events",
    "crs_grade",
    "crs_lee_grade",
    "crs_look",
    "crs_reference",
    "crs_sequence",
    "crs_severity",
    "ctcae_grade",
    "exact_interval",
    "exposure_groups",
    "fisher_exact",
    "icans_grade",
    "ice_alert",
    "ice_change",
    "ice_score",
    "infusion_reaction_grade",
    "infusion_related",
    "kaplan_meier",
    "log10_reduction",
    "logistic",
    "logrank",
    "mantel_haenszel",
    "mcnemar_exact",
    "mean_level",
    "median_survival",
    "peak",
    "proportion",
    "relapse_day",
    "response_day",
    "survival_at",
    "survival_curve",
    "time_of_peak",
]
