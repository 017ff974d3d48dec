"""Files are what their bytes are, under a name anyone can read."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.attachment import LARGEST, MOST, AttachmentRefused, must_fit, read_attachment
from bot.message import legible

PNG = b"\x89PNG\r\n\x1a\n..."


@pytest.mark.parametrize(
    ("content", "kind", "media_type"),
    [
        (b"\xff\xd8\xff\xe0 a photo", "jpg", "image/jpeg"),
        (PNG, "png", "image/png"),
        (b"%PDF-1.7 a report", "pdf", "application/pdf"),
    ],
)
def test_the_first_bytes_say_what_a_file_is(content: bytes, kind: str, media_type: str):
    file = read_attachment(f"a.{kind}", content)

    assert (file.kind, file.media_type) == (kind, media_type)
    assert (file.upload.sha256, file.upload.kind) == (hashlib.sha256(content).hexdigest(), kind)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"MZ\x90\x00", id="a program that is called a photo"),
        pytest.param(b"<svg onload=alert(1)>", id="a drawing that runs"),
        pytest.param(b"GIF89a", id="a kind we do not take"),
        pytest.param(b" %PDF-1.7", id="a report behind something else"),
        pytest.param(b"\x89PN", id="the beginning of a beginning"),
    ],
)
def test_what_is_no_photo_and_no_report_is_refused_whatever_it_is_called(content: bytes):
    with pytest.raises(AttachmentRefused, match=r'"photo\.png" is no photo \(JPG, PNG\) and no PDF'):
        read_attachment("photo.png", content)


def test_an_empty_file_is_refused():
    with pytest.raises(AttachmentRefused, match=r'"photo\.png" is empty'):
        read_attachment("photo.png", b"")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("chart T-07.PNG", "chart T-07.png"),
        pytest.param("a photo.exe", "a photo.exe.png", id="an ending that lies"),
        pytest.param("photo", "photo.png", id="no ending"),
        pytest.param("", "file.png", id="no name"),
        pytest.param("../../etc/passwd", "passwd.png", id="a path"),
        pytest.param("C:\\Users\\ana\\a.png", "a.png", id="a path of Windows"),
        pytest.param(
            "a\N{RIGHT-TO-LEFT OVERRIDE}gnp.exe", "a\N{REPLACEMENT CHARACTER}gnp.exe.png", id="turned round"
        ),
        pytest.param("a\x00b\r\nc.png", "a\N{REPLACEMENT CHARACTER}b c.png", id="controls"),
        pytest.param("yes|no.png", "yes_no.png", id="what parts the values of a button"),
        pytest.param("x" * 5_000 + ".png", "x" * 100 + ".png", id="very long"),
        pytest.param("Größe Ж 図.png", "Größe Ж 図.png", id="letters of any script stay"),
    ],
)
def test_a_name_is_shown_as_anyone_can_read_it(name: str, shown: str):
    assert read_attachment(name, PNG).name == shown


@given(st.text(max_size=200))
def test_no_name_whatever_holds_a_folder_or_what_nobody_can_see(name: str):
    shown = read_attachment(name, PNG).name

    assert not set(shown) & set("/\\|\n")
    assert shown.isprintable()
    assert legible(shown) == shown
    assert shown.endswith(".png")


def test_a_photo_may_be_called_jpeg():
    assert read_attachment("a.JPEG", b"\xff\xd8\xff").name == "a.jpeg"


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ([LARGEST + 1], "more than 10 MB"),
        ([LARGEST // 2 + 1] * 2, "more than 10 MB"),
        ([1] * (MOST + 1), "more than 10 files"),
    ],
)
def test_more_than_fits_is_refused_with_what_would_do(sizes: list[int], words: str):
    with pytest.raises(AttachmentRefused, match=words):
        must_fit(sizes)


def test_what_just_fits_is_taken():
    must_fit([LARGEST])
    must_fit([1] * MOST)
