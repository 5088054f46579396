# SPDX-License-Identifier: Apache-2.0
"""A trial in the Analysis Data Model (ADaM) of CDISC, as XPT version 5 and Dataset-JSON 1.1.

Everything is marked as simulated: the study's identifier begins with SIM-, every label says so,
and nothing claims to be coded with a licensed dictionary. What the model does not know (age, sex,
seriousness) is missing, not made up.
"""

from trimer.exchange.adam.write import write_adam

__all__ = ["write_adam"]
