"""A group's logo: what may be one."""

from typing import IO

from django.core.exceptions import ValidationError
from django.core.files import File

# What mail programs show, by the first bytes: a name says nothing, and SVG may hold scripts.
KINDS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
LARGEST = 200_000


def validate_logo(file: File) -> None:
    """Refuse what is no small picture. Raises ValidationError."""
    if file.size > LARGEST or not find_kind(file):
        raise ValidationError("A logo is a PNG, JPEG or GIF picture of at most 200 KB.")


def find_kind(file: IO[bytes] | File) -> str | None:
    """The picture's content type, None when it is none of those allowed."""
    file.seek(0)
    head = file.read(8)
    file.seek(0)
    return next((kind for start, kind in KINDS.items() if head.startswith(start)), None)
