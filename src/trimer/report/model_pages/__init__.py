# SPDX-License-Identifier: Apache-2.0
"""Pages of a model for a reader: pictures, equations, parameters, sources, credibility.

All of it is written from the model, so that it cannot differ from what is simulated; told by hand
are only which quantities make a part, where they stand in its picture, and a few sentences.
"""

from trimer.report.model_pages.write import pages, write_pages

__all__ = ["pages", "write_pages"]
