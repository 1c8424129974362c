"""Stored files: each has one row that knows its hash. What no row knows is evidence, never in the way."""

import hashlib
import logging
from collections.abc import Iterator

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models.fields.files import FieldFile

logger = logging.getLogger(__name__)


def keep(name: str, content: bytes) -> str:
    """Store a file and return its name, or the one that is free beside it.

    A file that stands there already may be all that is left of something: of a worker that died before its commit, or
    of a receipt that was lost by restoring a backup. It is taken when it is this very file, else it stays as it is.
    """
    if default_storage.exists(name) and _read(name) == content:
        return name
    return default_storage.save(name, ContentFile(content))


def stored_files(folder: str) -> Iterator[str]:
    """The names of all files below a folder."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:  # a disk on which nothing was stored yet
        return
    yield from (f"{folder}/{name}" for name in files)
    for name in folders:
        yield from stored_files(f"{folder}/{name}")


def read_stored(file: FieldFile, *, sha256: str) -> bytes | None:
    """The stored file, if it is there and the one that was stored."""
    try:
        with file.open("rb") as opened:
            pdf: bytes = opened.read()
    except Exception:  # whatever the storage raises: a disk's errors, or a bucket's
        logger.exception("The PDF %s can't be read", file.name)
        return None
    if hashlib.sha256(pdf).hexdigest() != sha256:
        logger.error("The PDF %s is not the one that was stored", file.name)
        return None
    return pdf


def _read(name: str) -> bytes:
    with default_storage.open(name) as file:
        return bytes(file.read())
