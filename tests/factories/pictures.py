"""Pictures as people choose them for upload."""

import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def picture_file(
    width: int, height: int, *, form: str = "PNG", colour: str = "teal", **facts: Any
) -> SimpleUploadedFile:
    """A picture of one colour; `facts` go to Pillow, such as exif."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, form, **facts)
    return SimpleUploadedFile(f"picture.{form.lower()}", out.getvalue())
