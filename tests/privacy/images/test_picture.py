"""What a file says is found wherever it stands, and the file without it is the same picture."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from tests.privacy.images.files import (
    MAKERS,
    SIZE,
    VIENNA,
    file,
    fractions,
    jpeg_with,
    opened,
    png_with,
    tiff,
    webp_with,
    words,
    xmp,
)
from vestibule.privacy.images import ImageError, media_type_of, read, stripped

TOLD = "Plant room of Margaret Oyelaran"
FORMATS = ["PNG", "JPEG", "WEBP", "GIF"]


@pytest.mark.parametrize("way", MAKERS)
def test_what_is_said_is_found_and_does_not_stay(way: str) -> None:
    data = MAKERS[way](TOLD)
    picture = read(data)
    assert (picture.width, picture.height) == SIZE
    assert any(TOLD in said.text for said in picture.said), picture.said
    bare = stripped(data)
    assert TOLD.encode() not in bare
    assert read(bare).said == ()
    assert stripped(bare) == bare
    assert opened(bare).tobytes() == opened(data).tobytes()


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_that_says_nothing_is_read_as_that(format: str) -> None:
    data = file(format)
    picture = read(data)
    assert (picture.media_type, picture.width, picture.height) == (f"image/{format.lower()}", *SIZE)
    assert picture.position == ""
    assert opened(stripped(data)).tobytes() == opened(data).tobytes()


@pytest.mark.parametrize(
    ("format", "options"),
    [
        ("JPEG", {"progressive": True, "quality": 30}),
        ("JPEG", {"icc_profile": b"made up, and long enough to be read"}),
        ("PNG", {"icc_profile": b"made up"}),
        ("PNG", {"dpi": (72, 72)}),
        ("WEBP", {"lossless": False}),
        ("WEBP", {"lossless": True, "exif": b"Exif\0\0" + tiff(words(0x013B, TOLD))}),
        ("GIF", {"comment": TOLD}),
    ],
)
def test_files_as_others_write_them(format: str, options: dict[str, object]) -> None:
    data = file(format, **options)
    assert opened(stripped(data)).tobytes() == opened(data).tobytes()
    assert read(stripped(data)).said == ()


def test_transparency_stays() -> None:
    buffer = io.BytesIO()
    Pillow.new("RGBA", SIZE, (1, 2, 3, 40)).save(buffer, "WEBP", lossless=False)
    kept = Pillow.open(io.BytesIO(stripped(buffer.getvalue())))
    assert kept.mode == "RGBA"


def test_where_it_was_taken() -> None:
    taken = jpeg_with(0xE1, b"Exif\0\0" + tiff(words(0x010F, "Acme"), gps=VIENNA))
    assert read(taken).position == "geo:48.208489,16.372081"
    assert read(stripped(taken)).position == ""
    south = ((1, 2, 2, b"S\0"), *VIENNA[1:2], (3, 2, 2, b"W\0"), *VIENNA[3:])
    assert read(png_with(b"eXIf", tiff(gps=south))).position == "geo:-48.208489,-16.372081"
    destination = tuple((tag + 18, *rest) for tag, *rest in VIENNA)
    assert read(webp_with(b"EXIF", tiff(gps=destination))).position == "geo:48.208489,16.372081"  # type: ignore[arg-type]  # the tuples of VIENNA
    big = (fractions(2, (48, 1), (0, 1), (0, 1), big=True), fractions(4, (16, 1), (0, 1), (0, 1), big=True))
    assert read(png_with(b"eXIf", tiff(gps=big, big=True))).position == "geo:48.000000,16.000000"


@pytest.mark.parametrize("gps", [(fractions(2, (48, 0), (1, 1), (1, 1)),), ((2, 2, 8, b"48.2084\0"),), VIENNA[:2]])
def test_a_position_that_cannot_be_read_is_one(gps: tuple[tuple[int, int, int, bytes], ...]) -> None:
    assert read(jpeg_with(0xE1, b"Exif\0\0" + tiff(gps=gps))).position == "GPS"


def test_a_position_in_words_is_one() -> None:
    said = xmp("x").replace(b"dc:creator=", b'exif:GPSLatitude="48,12.5N" dc:creator=')
    assert read(jpeg_with(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + said)).position == "GPS"
    assert any("48,12.5N" in one.text for one in read(webp_with(b"XMP ", said)).said)


def test_names_that_devices_write_are_no_prose() -> None:
    said = read(jpeg_with(0xE1, b"Exif\0\0" + tiff(words(0x010F, "Acme Cameras"), words(0x013B, "Jo Berg")))).said
    assert {one.text: one.prose for one in said} == {"Acme Cameras": False, "Jo Berg": True}


def test_markup_is_read_for_its_values() -> None:
    found = [said.text for said in read(webp_with(b"XMP ", xmp("J&#111; Berg"))).said]
    assert found == ["Jo Berg", "Jo Berg again"]


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_that_is_cut_off_is_refused(format: str) -> None:
    data = file(format)
    for end in (len(data) // 3, len(data) - 1):
        with pytest.raises(ImageError):
            read(data[:end])


def with_size(width: int, height: int) -> bytes:
    data = bytearray(file("PNG"))
    struct.pack_into(">II", data, 16, width, height)
    return bytes(data)


def moving(format: str) -> bytes:
    buffer = io.BytesIO()
    frames = [Pillow.new("RGB", SIZE, (40 * n, 0, 0)) for n in range(3)]
    frames[0].save(buffer, format, save_all=True, append_images=frames[1:])
    return buffer.getvalue()


WITHOUT_SIZE = file("JPEG").replace(b"\xff\xc0", b"\xff\xef")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (with_size(60_000, 60_000), "60000 × 60000 pixels"),
        (with_size(0, 5), "0 × 5 pixels"),
        (moving("GIF"), "moves"),
        (moving("PNG"), "moves"),
        (moving("WEBP"), "moves"),
        (b"%PDF-1.7", "no PNG"),
        (b"", "no PNG"),
        (file("PNG")[:8] + file("PNG")[33:], "does not begin"),
        (b"GIF89a" + b"\0" * 7 + b"\x3b", "no picture"),
        (b"GIF89a" + b"\0" * 7 + b"\x99", "no known kind"),
        (b"\xff\xd8\xff\xd9", "no picture"),
        (b"\xff\xd8\xff\xd8\xff\xd9", "no marker"),
        (b"\xff\xd8\xff" + b"\xff" * 60_000, "50000 pieces"),
        (file("JPEG")[:2] + b"xx" + file("JPEG")[2:], "no PNG"),
        (WITHOUT_SIZE, "no picture"),
        (b"RIFF\x04\0\0\0WEBP", "no picture"),
        (b"RIFF\x0e\0\0\0WEBPVP8 \x02\0\0\0ab", "its size"),
        (jpeg_with(0xFE, b"a long story. " * 4_000) + b"and more of it. " * 20_000, "characters of text"),
    ],
)
def test_what_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(ImageError, match=said):
        read(data)


def test_of_formats_only_the_first_bytes_decide() -> None:
    assert media_type_of(b"<svg xmlns='http://www.w3.org/2000/svg'/>") is None
    assert [media_type_of(file(format)) for format in FORMATS] == [f"image/{f.lower()}" for f in FORMATS]


@settings(max_examples=300)
@given(st.sampled_from(sorted(MAKERS)), st.data())
def test_damaged_files_are_read_or_refused_and_nothing_else(way: str, data: st.DataObject) -> None:
    file = bytearray(MAKERS[way](TOLD))
    for _ in range(data.draw(st.integers(1, 4))):
        file[data.draw(st.integers(0, len(file) - 1))] = data.draw(st.integers(0, 255))
    try:
        picture, bare = read(bytes(file)), stripped(bytes(file))
    except ImageError:
        return
    assert picture.width * picture.height > 0
    assert stripped(bare) == bare
    assert read(bare).said == ()


@given(st.binary(max_size=400), st.booleans())
def test_any_bytes_for_metadata_are_read_and_taken_out(data: bytes, big: bool) -> None:
    order = b"MM\0*\0\0\0\x08" if big else b"II*\0\x08\0\0\0"
    for made in (jpeg_with(0xE1, b"Exif\0\0" + order + data), png_with(b"eXIf", order + data)):
        read(made)
        assert read(stripped(made)).said == ()
