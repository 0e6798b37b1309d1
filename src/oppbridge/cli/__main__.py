"""`python -m oppbridge.cli`: the same as `oppbridge`."""

from . import main

main()
