"""A picture is known by its content, and written anew: nothing but its pixels is kept. Refusals say what to do."""

import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from pops.core.practice.pictures import FAVICON, HOME_IMAGE, LOGO, content_type_of, read_picture
from tests.factories.pictures import picture_file


def refusal(file, kind):
    with pytest.raises(ValidationError) as refused:
        read_picture(file, kind)
    return refused.value.message


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_logo_is_kept_as_png_named_by_its_content(form):
    kept = read_picture(picture_file(250, 64, form=form), LOGO)

    assert content_type_of(kept.name) == "image/png"
    assert Image.open(kept).size == (250, 64)
    assert read_picture(picture_file(250, 64, form=form), LOGO).name == kept.name


def test_a_logo_of_another_size_is_refused():
    assert refusal(picture_file(300, 100), LOGO) == (
        "A logo is 250 x 64 pixels, or 500 x 128. This picture is 300 x 100 pixels."
    )


def test_a_favicon_is_square():
    assert "square, 32 to 1024 pixels wide. This picture is 64 x 32" in refusal(picture_file(64, 32), FAVICON)
    assert Image.open(read_picture(picture_file(512, 512), FAVICON)).size == (192, 192)
    assert Image.open(read_picture(picture_file(64, 64, form="ICO"), FAVICON)).format == "PNG"


def test_a_home_image_becomes_small_enough_for_a_phone():
    kept = Image.open(read_picture(picture_file(3200, 1000), HOME_IMAGE))

    assert (kept.format, kept.size) == ("JPEG", (1600, 500))
    assert "at least 800 x 200 pixels" in refusal(picture_file(800, 800), HOME_IMAGE)


@pytest.mark.parametrize("before", [b"", b'<?xml version="1.0"?>', b"<!-- a -->\n" * 20])
def test_svg_is_refused_whatever_it_is_called(before):
    svg = before + b'<SVG xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></SVG>'

    assert refusal(SimpleUploadedFile("logo.png", svg, "image/png"), LOGO).startswith("An SVG picture may hold scripts")


@pytest.mark.parametrize("content", [b"", b"hello", b"\x89PNG\r\n\x1a\nnot much of a picture", b"GIF89a" + 20 * b"0"])
def test_what_only_looks_like_a_picture_is_refused(content):
    assert refusal(SimpleUploadedFile("logo.png", content), LOGO) == (
        "This file is no picture that can be read. Use PNG, JPEG, GIF or WEBP."
    )


def test_a_picture_that_was_cut_off_is_refused():
    whole = picture_file(250, 64, form="JPEG").read()

    assert "no picture that can be read" in refusal(SimpleUploadedFile("logo.jpg", whole[: len(whole) // 2]), LOGO)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")  # it is what the test opens
def test_one_that_unfolds_to_gigabytes_is_refused_unread():
    bomb = io.BytesIO()
    Image.new("1", (20_000, 8_000)).save(bomb, "PNG", optimize=True)

    assert "20000 x 8000 pixels" in refusal(SimpleUploadedFile("home.png", bomb.getvalue()), HOME_IMAGE)


def test_a_file_too_large_is_refused_with_both_sizes():
    assert refusal(SimpleUploadedFile("logo.png", b"0" * 600_000), LOGO) == (
        "A logo is a file of at most 500 KB. This one has 600 KB."
    )


def test_what_a_camera_wrote_beside_the_pixels_is_gone():
    exif = Image.Exif()
    exif[0x010E] = "taken in the waiting room"
    picture = picture_file(1600, 500, form="JPEG", exif=exif, comment=b"<script>alert(1)</script>")
    assert b"waiting room" in picture.read()

    kept = read_picture(picture, HOME_IMAGE).read()

    assert b"waiting room" not in kept
    assert b"<script>" not in kept


@pytest.mark.parametrize("name", ["../receipts/1.pdf", "receipt-100001.pdf", "logo.png", "", "0" * 32 + ".svg"])
def test_no_other_stored_file_is_taken_for_a_picture(name):
    assert content_type_of(name) == ""
