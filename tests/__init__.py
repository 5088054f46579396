# SPDX-License-Identifier: Apache-2.0
"""Tests; a package, since some libraries install a `tests` of their own."""
