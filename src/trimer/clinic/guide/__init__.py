# SPDX-License-Identifier: Apache-2.0
"""Guides for a patient and for a nurse, made from a protocol."""

from trimer.clinic.guide.build import GUIDES, guide

__all__ = ["GUIDES", "guide"]
