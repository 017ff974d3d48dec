"""Content that was read and judged before is neither read nor judged again, and a wrong change is still found."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content import content_cache, reader
from bot.content.content_cache import ContentCache
from bot.content.finding import ContentRefused
from bot.content.reader import load_library, read_shelf
from bot.strict_yaml import YamlRefused
from playbooks.check import check_script
from tests.bot.authored import PLAYBOOK, SITE, line_of, write_overlay


class Judged:
    """Counts how often a playbook is judged."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0

        def counting(*arguments):
            self.count += 1
            return check_script(*arguments)

        monkeypatch.setattr(reader, "check_script", counting)


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> Judged:
    return Judged(monkeypatch)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def test_what_was_sound_is_read_and_judged_once(tmp_path, cache, judged, monkeypatch):
    overlay = write_overlay(tmp_path / "site")
    first = load_library(overlay, cache)
    count = judged.count
    assert count > 0
    monkeypatch.setattr(content_cache, "read", None)  # so that nothing can be read anew
    second = load_library(overlay, cache)
    assert judged.count == count
    assert second.trees == first.trees
    assert second.sites == first.sites
    assert second.knowledge.hash == first.knowledge.hash
    assert {name: book.script for name, book in second.playbooks.items()} == {
        name: book.script for name, book in first.playbooks.items()
    }


def test_a_wrong_change_is_found_at_its_line(tmp_path, cache):
    overlay = write_overlay(tmp_path / "site")
    load_library(overlay, cache)
    wrong = SITE.replace("country: US", "country: UX")
    write_overlay(tmp_path / "site", site=wrong)
    for _ in range(2):
        with pytest.raises(ContentRefused) as refused:
            load_library(overlay, cache)
        (finding,) = refused.value.findings
        assert (finding.found, finding.line) == (
            "no public holidays of 'UX' are known",
            line_of(wrong, "calendar:"),
        )


def test_a_new_file_is_judged_with_the_rest(tmp_path, cache, judged):
    overlay = write_overlay(tmp_path / "site")
    load_library(overlay, cache)
    count = judged.count
    (overlay / "playbooks" / "other.yaml").write_text(PLAYBOOK.replace("spill", "other"), encoding="utf-8")
    assert "other" in load_library(overlay, cache).playbooks
    assert judged.count == 2 * count + 1


def test_changed_code_judges_again(tmp_path, cache, judged, monkeypatch):
    overlay = write_overlay(tmp_path / "site")
    load_library(overlay, cache)
    count = judged.count
    monkeypatch.setattr(content_cache, "code_of", lambda files: "changed")
    load_library(overlay, cache)
    assert judged.count == 2 * count


def test_a_spoilt_file_is_not_believed(tmp_path, cache, judged):
    overlay = write_overlay(tmp_path / "site")
    first = load_library(overlay, cache)
    count = judged.count
    (kept,) = cache.glob("content-*.json")
    kept.write_bytes(kept.read_bytes().replace(b"spill", b"spoil"))
    (sound,) = cache.glob("sound-*.json")
    sound.write_bytes(sound.read_bytes().replace(b"true", b"yeah"))
    assert load_library(overlay, cache).trees == first.trees
    assert judged.count == 2 * count


def test_who_wants_it_judged_again_has_every_warning(tmp_path, cache, judged):
    overlay = write_overlay(tmp_path / "site")
    (overlay / "playbooks" / "spill.yml").write_text("", encoding="utf-8")
    for times in (1, 2):
        shelf = read_shelf(overlay, tries=(), cache=cache)
        assert [finding.found for finding in shelf.findings] == ["this file is not read"]
        assert judged.count == times * len(shelf.library.playbooks)


def test_lines_of_what_was_read_before_are_found_when_asked_for(cache):
    text = b"one: 1\ntwo:\n  - a\n  - b\n"
    before = ContentCache(cache)
    plain = before.read(text, "some.yaml")
    before.keep()
    again = ContentCache(cache).read(text, "some.yaml")
    assert (again.data, dict(again.lines)) == (plain.data, dict(plain.lines))
    assert again.line(("two", 1)) == 4
    assert len(again.lines) == len(plain.lines)


def test_nothing_is_kept_of_what_cannot_be_read(cache):
    before = ContentCache(cache)
    with pytest.raises(YamlRefused):
        before.read(b"one: 1\none: 2\n", "some.yaml")
    before.keep()
    assert not cache.exists()


def test_without_a_folder_everything_is_read_anew():
    nothing = ContentCache(None)
    assert nothing.read(b"one: 1\n", "some.yaml").data == {"one": 1}
    nothing.keep()
    nothing.keep_sound("all")
    assert not nothing.is_sound("all")
