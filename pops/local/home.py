"""Where caches are kept on a machine that doesn't want them where they belong. Standard library only: part of
`bootstrap.py`."""

from __future__ import annotations

import os
from pathlib import Path


def caches(instead: Path) -> dict[str, str]:
    """The variable that leads caches (uv's, pip's, fontconfig's) elsewhere, if they can't be kept where they belong."""
    usual = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
    # uv is the one that gives up without; as root in this home, it may have left a folder that is root's.
    return {} if _can_write(usual / "uv") else {"XDG_CACHE_HOME": str(instead)}


def compiled(instead: Path) -> dict[str, str]:
    """The variables that lead compiled Python elsewhere, if the machine wants none beside the sources (containers do).

    Without any, each process that a test or the demo starts compiles Django anew and takes twice as long to be there.
    """
    unwanted = os.environ.get("PYTHONDONTWRITEBYTECODE") and "PYTHONPYCACHEPREFIX" not in os.environ
    return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(instead)} if unwanted else {}


def _can_write(folder: Path) -> bool:
    """Whether files can be made there, and the folder itself where it isn't there yet."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)
