# SPDX-License-Identifier: Apache-2.0
"""What a team and a patient need around the infusion: words and tables, for education and research.

`facts` says what the drug is, `readiness` what is missing before a first dose, `guide` what a
patient and a nurse need to know, `document` writes any of it as text, HTML or PDF. Contents are
data files in ``trimer/library/clinic``, each statement with source, basis and confidence.
"""
