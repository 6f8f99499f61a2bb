"""Puts the `digitlib` of this checkout before any installed one, so that a site can be built without installing it.

An extension that uses `digitlib`, or the rooms in ``tools/``, imports this module first.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]
