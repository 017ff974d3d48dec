"""The files a browser keeps: each under the hash of its content, none of them ours to forget a licence for."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from bot.channels.web import assets

HERE = Path(assets.__file__).parent
FILES = assets.load(HERE / "static")


def test_another_content_gets_another_address_and_the_same_content_the_same(tmp_path: Path):
    (tmp_path / "a.css").write_text("p { color: red }")
    first = assets.load(tmp_path)["a.css"].version
    again = assets.load(tmp_path)["a.css"].version
    (tmp_path / "a.css").write_text("p { color: blue }")

    assert first == again
    assert assets.load(tmp_path)["a.css"].version != first


def test_only_files_of_a_known_kind_are_served(tmp_path: Path):
    for name in ("a.css", "b.js", "c.svg", "d.py", "e.map", ".env"):
        (tmp_path / name).write_text("x")

    assert list(assets.load(tmp_path)) == ["a.css", "b.js", "c.svg"]


def test_a_large_file_is_packed_and_unpacks_to_itself():
    packed = FILES["htmx.min.js"].packed

    assert packed is not None
    assert gzip.decompress(packed) == FILES["htmx.min.js"].content


def test_packing_gives_the_same_bytes_every_time():
    assert assets.load(HERE / "static") == FILES


@pytest.mark.parametrize("vendored", ["htmx", "pico"])
def test_what_others_made_comes_with_its_licence(vendored: str):
    assert f"{vendored}-LICENSE.txt" in FILES


def test_every_file_a_template_names_is_there():
    named = {
        name
        for template in (HERE / "templates").glob("*.html")
        for name in re.findall(r"asset\('([^']+)'\)", template.read_text(encoding="utf-8"))
    }

    assert named
    assert named <= FILES.keys()


def test_no_template_holds_a_script_or_a_style_of_its_own():
    for template in (HERE / "templates").glob("*.html"):
        markup = template.read_text(encoding="utf-8")
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", markup), template.name
