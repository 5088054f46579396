# SPDX-License-Identifier: Apache-2.0
"""Which parameters decide the outcome."""
