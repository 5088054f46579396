# SPDX-License-Identifier: Apache-2.0
"""The command line: ``trimer VERB ...``.

Nothing heavy is imported here: each verb is a file of its own, loaded when it is called.
"""

from trimer.cli.main import main

__all__ = ["main"]
