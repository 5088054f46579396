# SPDX-License-Identifier: Apache-2.0
"""Formats by which other programs read what Trimer made."""
