# SPDX-License-Identifier: Apache-2.0
"""A look at one patient in compiled code: all that a look does, if it does little.

Most looks find nothing to do, or give doses that rules ask for. Such a look is made here, on the
solver's dense output and without a stop, but for the doses. Every other look stops the patient
before anything of him is changed, and is made in full. It is the same look as in `rounds`, bit by
bit, which tests compare; what concerns the infusion is only written there.

`look`, `reading`, `grades`, `rules`, `doses` and `course` are scalar code, which
`trimer.engine.scalar` translates: every function there. `tables` says what they are given, and
`ahead` gives it, with the `constants` of a run.
"""
