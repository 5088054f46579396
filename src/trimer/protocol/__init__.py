# SPDX-License-Identifier: Apache-2.0
"""Protocols: what is given, how much and when, and what is done about what is seen."""

from trimer.protocol.action import Action, parse_action
from trimer.protocol.course import Course, LeadIn, Pattern
from trimer.protocol.dose import Amount, Rate, in_unit, parse_amount, parse_rate
from trimer.protocol.events import DoseEvent
from trimer.protocol.ledger import dose_rows
from trimer.protocol.limits import Allowance, DrugLimits
from trimer.protocol.monitoring import Every, Hospital, Monitoring, Pump
from trimer.protocol.policy import Policy, policy_names, read_policy
from trimer.protocol.premedication import Premedication
from trimer.protocol.protocol import Protocol
from trimer.protocol.quantities import QUANTITIES
from trimer.protocol.read import parse_protocol, read_protocol
from trimer.protocol.restart import RestartRow
from trimer.protocol.rule import Rule
from trimer.protocol.steps import Bolus, Infusion
from trimer.protocol.write import to_toml

__all__ = [
    "QUANTITIES",
    "Action",
    "Allowance",
    "Amount",
    "Bolus",
    "Course",
    "DoseEvent",
    "DrugLimits",
    "Every",
    "Hospital",
    "Infusion",
    "LeadIn",
    "Monitoring",
    "Pattern",
    "Policy",
    "Premedication",
    "Protocol",
    "Pump",
    "Rate",
    "RestartRow",
    "Rule",
    "dose_rows",
    "in_unit",
    "parse_action",
    "parse_amount",
    "parse_protocol",
    "parse_rate",
    "policy_names",
    "read_policy",
    "read_protocol",
    "to_toml",
]
