# SPDX-License-Identifier: Apache-2.0
"""FHIR R5: an infusion plan, and the course of a simulated patient. Marked as test data."""

from trimer.exchange.fhir.course import course_bundle
from trimer.exchange.fhir.plan import plan_bundle

__all__ = ["course_bundle", "plan_bundle"]
