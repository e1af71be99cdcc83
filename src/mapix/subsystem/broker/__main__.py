"""`python -m mapix.subsystem.broker`."""

import sys

from mapix.subsystem.broker.starting import main

sys.exit(main(sys.argv[1:]))
