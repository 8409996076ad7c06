"""`python -m drawplate`."""

from __future__ import annotations

import sys

from drawplate._whoami import main

if __name__ == "__main__":
    sys.exit(main())
