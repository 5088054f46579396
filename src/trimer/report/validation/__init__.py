# SPDX-License-Identifier: Apache-2.0
"""The report of a validation: published figures beside the simulated ones."""

from trimer.report.validation.page import write_validation

__all__ = ["write_validation"]
