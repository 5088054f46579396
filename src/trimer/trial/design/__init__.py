# SPDX-License-Identifier: Apache-2.0
"""How a trial is laid out: allocation, strata, repeats, and escalation of the dose."""
