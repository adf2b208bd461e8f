"""Lets `python3 -m lifeboat_vault` run the command line."""

import sys

from .cli import main

sys.exit(main())
