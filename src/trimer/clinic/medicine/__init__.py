# SPDX-License-Identifier: Apache-2.0
"""Medicines and vaccines by name: brands, spellings, and what each class means for a first dose."""

from trimer.clinic.medicine.match import Match, find
from trimer.clinic.medicine.table import MedicineClass, medicines, vaccines

__all__ = ["Match", "MedicineClass", "find", "medicines", "vaccines"]
