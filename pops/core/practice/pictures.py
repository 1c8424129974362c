"""A group's pictures: what may be one, read by its content and written anew, so that nothing but pixels is kept."""

import hashlib
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.urls import reverse
from PIL import Image, ImageOps, UnidentifiedImageError

FOLDER = "pictures/"
# As they are stored: by what they hold, and what a storage puts behind a name that is taken.
NAME = re.compile(r"[0-9a-f]{32}(?:_\w{7})?\.(png|jpg)")
CONTENT_TYPES = {"png": "image/png", "jpg": "image/jpeg"}
# Beyond it a small file may unfold to gigabytes.
MOST_PIXELS = 30_000_000
SVG = "An SVG picture may hold scripts, so it is not taken. Save it as PNG and choose that."
# What Pillow raises on files that only begin like a picture.
UNREADABLE = (UnidentifiedImageError, OSError, SyntaxError, ValueError, TypeError, EOFError)


@dataclass(frozen=True)
class Kind:
    """What a picture is for: what it may be, and what it becomes."""

    name: str
    sizes: Sequence[tuple[int, int]]  # allowed, in pixels; else `least` and square or wide
    words: str  # how large it has to be, for the message
    bytes_most: int
    formats: tuple[str, ...]
    keeps: str  # the ending of what is kept
    within: tuple[int, int]  # what a larger one is made smaller to

    def takes(self, size: tuple[int, int]) -> bool:
        return size in self.sizes


@dataclass(frozen=True)
class Square(Kind):
    """As wide as high."""

    def takes(self, size: tuple[int, int]) -> bool:
        return size[0] == size[1] and 32 <= size[0] <= 1024


@dataclass(frozen=True)
class Wide(Kind):
    """A photograph across a page."""

    def takes(self, size: tuple[int, int]) -> bool:
        return size[0] >= 800 and size[1] >= 200 and 1.5 * size[1] <= size[0] <= 6 * size[1]


PICTURES = ("PNG", "JPEG", "GIF", "WEBP")
LOGO = Kind(
    "A logo", ((250, 64), (500, 128)), "250 x 64 pixels, or 500 x 128", 500_000, PICTURES, "png", within=(500, 128)
)
FAVICON = Square(
    "A favicon", (), "square, 32 to 1024 pixels wide", 500_000, (*PICTURES, "ICO"), "png", within=(192, 192)
)
HOME_IMAGE = Wide(
    "A home image",
    (),
    "at least 800 x 200 pixels, and 1.5 to 6 times as wide as high",
    10_000_000,
    PICTURES,
    "jpg",
    within=(1600, 1600),
)


def read_picture(file: File, kind: Kind) -> ContentFile:
    """The picture written anew, named by what it holds. Raises ValidationError in words for who chose the file."""
    if file.size > kind.bytes_most:
        raise ValidationError(
            f"{kind.name} is a file of at most {_size(kind.bytes_most)}. This one has {_size(file.size)}."
        )
    content = _encode(_open(file, kind), kind)
    name = f"{hashlib.sha256(content).hexdigest()[:32]}.{kind.keeps}"
    return ContentFile(content, name=name)


def picture_url(file: File) -> str:
    """The path that a stored picture is served at, for ever."""
    return reverse("picture", args=[str(file.name).removeprefix(FOLDER)])


def content_type_of(name: str) -> str:
    """Of a stored picture; empty for a name that none has."""
    match = NAME.fullmatch(name)
    return CONTENT_TYPES[match[1]] if match else ""


def _open(file: File, kind: Kind) -> Image.Image:
    file.seek(0)
    if b"<svg" in file.read(4096).lower():
        raise ValidationError(SVG)
    file.seek(0)
    try:
        picture = Image.open(file, formats=kind.formats)
        _check_size(picture.size, kind)
        picture.load()
        upright = ImageOps.exif_transpose(picture)
    except (*UNREADABLE, Image.DecompressionBombError) as error:
        allowed = ", ".join(kind.formats[:-1])
        raise ValidationError(
            f"This file is no picture that can be read. Use {allowed} or {kind.formats[-1]}."
        ) from error
    return upright


def _check_size(size: tuple[int, int], kind: Kind) -> None:
    if size[0] * size[1] > MOST_PIXELS or not kind.takes(size):
        raise ValidationError(f"{kind.name} is {kind.words}. This picture is {size[0]} x {size[1]} pixels.")


def _encode(picture: Image.Image, kind: Kind) -> bytes:
    """Pixels alone: of an animation the first, without what a camera or a program wrote beside them."""
    made = picture.convert("RGBA")
    made.thumbnail(kind.within)
    out = io.BytesIO()
    if kind.keeps == "jpg":
        ground = Image.new("RGB", made.size, "white")
        ground.paste(made, mask=made.getchannel("A"))
        ground.save(out, "JPEG", quality=82, optimize=True, progressive=True)
    else:
        made.save(out, "PNG", optimize=True)
    return out.getvalue()


def _size(count: int) -> str:
    return f"{count / 1_000_000:.1f} MB" if count >= 1_000_000 else f"{-(-count // 1000)} KB"
