"""What all tests share: property tests without a stop-watch, since a busy machine is no failure."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("oppbridge", deadline=None, print_blob=True)
settings.load_profile("oppbridge")
