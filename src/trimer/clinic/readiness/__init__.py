# SPDX-License-Identifier: Apache-2.0
"""What is missing before a first dose: the checklist, each item with reason, limit and source."""

from trimer.clinic.readiness.check import check, need_readiness
from trimer.clinic.readiness.item import Item, Readiness, Status

__all__ = ["Item", "Readiness", "Status", "check", "need_readiness"]
