# SPDX-License-Identifier: Apache-2.0
"""A look at one patient that leads to nothing but notes: scalar code, compiled.

Most looks find nothing to do. This does all that such a look does, and stops the patient for
every other before anything of it is changed. It is the same look as in `rounds`, bit by bit, which
tests compare; what acts is only written there. So the solver runs past calm looks, which are read
off its dense output.

`look`, `reading`, `grades`, `rules` and `course` are written in what `trimer.engine.scalar`
translates: every function there. `tables` says what they are given, and `ahead` gives it.
"""
