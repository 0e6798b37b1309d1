"""The parts OppBridge brings itself, through the hooks that plugins use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .contract import ConnectorSpec
from .decision import Enricher, Gate, Offer, Policy, Scorer
from .hookspecs import hookimpl


class BuiltIn:
    """One plugin for everything built in. Each part is imported when its hook is asked."""

    @hookimpl
    def oppbridge_connectors(self) -> Iterable[ConnectorSpec]:
        """Dynamics 365 Sales, Supply Chain Management, and files."""
        from .connectors import dataverse, files, scm

        return [dataverse.SPEC, scm.SPEC, files.SPEC]

    @hookimpl
    def oppbridge_policies(self) -> Mapping[str, Policy]:
        """The policies named in the reference."""
        from .policies import POLICIES

        return POLICIES

    @hookimpl
    def oppbridge_enrichers(self) -> Iterable[Offer[Enricher]]:
        """What can be promised of a product."""
        from .process.inventory import ENRICHERS

        return ENRICHERS

    @hookimpl
    def oppbridge_scorers(self) -> Iterable[Offer[Scorer]]:
        """The rules and the rates."""
        from .scoring import SCORERS

        return SCORERS

    @hookimpl
    def oppbridge_gates(self) -> Iterable[Offer[Gate]]:
        """Amounts, discounts, deletions and chosen fields."""
        from .process.gates import GATES

        return GATES
