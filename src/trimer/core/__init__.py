# SPDX-License-Identifier: Apache-2.0
"""What every other part stands on: errors, units, sources, files and random streams."""
