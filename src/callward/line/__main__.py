"""`python -m callward.line`."""

import sys

from callward.line.main import main

if __name__ == "__main__":
    sys.exit(main())
