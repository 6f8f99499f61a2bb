"""Puts the `digitlib` of this checkout before any installed one, so that a site can be built without installing it.

An extension that uses `digitlib` imports this module first.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
