# SPDX-License-Identifier: Apache-2.0
"""The local page: the library behind a browser, on this machine alone.

`trimer serve` starts it. The page takes patients, protocols and studies as data, never models or
code; what it computes is what the command line computes from the same files.
"""
