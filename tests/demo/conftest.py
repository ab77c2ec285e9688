"""Makes the demo's modules importable: the installed package leaves them out."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
