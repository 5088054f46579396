# SPDX-License-Identifier: Apache-2.0
"""Routes of the API: thin, what they do is in the modules beside this folder."""
