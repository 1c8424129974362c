from collections.abc import Callable
from pathlib import Path

import pytest

from pops.core.imports.models import AccountImport
from tests.factories.imports import bring
from tests.factories.practice import FacilityFactory, GroupFactory, PracticeFactory, ProviderFactory


@pytest.fixture
def clinic(db: None) -> None:
    """A practice with one group, one provider and one facility."""
    PracticeFactory()
    GroupFactory(name="Lakeside")
    ProviderFactory(name="Raman, MD")
    FacilityFactory(name="Main Clinic")


@pytest.fixture
def lakeside(db: None) -> None:
    """The practice that the samples name."""
    PracticeFactory()
    GroupFactory()
    for name in ("Priya Raman, MD", "Thomas Okafor, MD"):
        ProviderFactory(name=name)
    for name in ("Lakeside Main Clinic", "Lakeside North"):
        FacilityFactory(name=name)


@pytest.fixture
def load(clinic: None, tmp_path: Path) -> Callable[..., AccountImport]:
    """Import what a file would hold."""
    return lambda content, **wish: bring(tmp_path / "accounts.csv", content, **wish)
