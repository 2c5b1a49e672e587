"""The campaign goes red when a safeguard is missing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.campaign.drawing import draw
from tests.campaign.mutants import MUTANTS
from tests.campaign.run import play

WITHIN = 100
"""Scenarios in which a missing safeguard must show: a tenth of a run."""


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_the_campaign_fails(mutant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch):
    mutant(monkeypatch)

    failed = next((seed for seed in range(WITHIN) if play(draw(seed)).failures), None)

    assert failed is not None, f"{WITHIN} scenarios {mutant.__name__.replace('_', ' ')} and nothing was noticed"
