"""What the tests of the local servers share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pops.local import datadir
from pops.local.servers import throwaway_folder


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder that the servers' user can reach: pytest's own is closed to others."""
    with throwaway_folder() as folder:
        yield folder


@pytest.fixture
def is_root() -> bool:
    return datadir.server_account() is not None
