# SPDX-License-Identifier: Apache-2.0
"""Dosing protocols: what is given, how much and when."""

from trimer.protocol.dose import Amount, Rate, in_unit, parse_amount, parse_rate
from trimer.protocol.events import DoseEvent
from trimer.protocol.ledger import dose_rows
from trimer.protocol.protocol import Protocol
from trimer.protocol.read import parse_protocol, read_protocol
from trimer.protocol.steps import Bolus, Infusion
from trimer.protocol.write import to_toml

__all__ = [
    "Amount",
    "Bolus",
    "DoseEvent",
    "Infusion",
    "Protocol",
    "Rate",
    "dose_rows",
    "in_unit",
    "parse_amount",
    "parse_protocol",
    "parse_rate",
    "read_protocol",
    "to_toml",
]
