# SPDX-License-Identifier: Apache-2.0
"""Published figures: read them, simulate what is behind them, compare, score.

>>> from trimer.trial.targets import read_targets
>>> targets = read_targets()
>>> targets["V6"].observable
'CRS of grade 3 or more, recommended dose, two-step lead-in'
"""

from trimer.trial.targets.figures import Simulated, figures
from trimer.trial.targets.read import read_targets
from trimer.trial.targets.result import ScenarioResult
from trimer.trial.targets.scenario import Pool, Scenario
from trimer.trial.targets.score import score
from trimer.trial.targets.simulate import simulate_scenarios
from trimer.trial.targets.tally import Tally, tally
from trimer.trial.targets.target import Part, Target, Targets
from trimer.trial.targets.verdict import verdict

__all__ = [
    "Part",
    "Pool",
    "Scenario",
    "ScenarioResult",
    "Simulated",
    "Tally",
    "Target",
    "Targets",
    "figures",
    "read_targets",
    "score",
    "simulate_scenarios",
    "tally",
    "verdict",
]
