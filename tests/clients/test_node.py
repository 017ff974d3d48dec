"""The clients come in the versions of the lock file, from whatever registry npm is set to."""

from __future__ import annotations

import json
from pathlib import Path

from tests.clients import node

LOCK = json.loads((node.PINNED / "package-lock.json").read_text())["packages"]


def test_every_client_is_installed_in_its_version(clients: Path):
    pinned = LOCK[""]["dependencies"]
    installed = {
        name: json.loads((clients / name / "package.json").read_text())["version"] for name in pinned
    }
    assert installed == pinned


def test_the_lock_file_names_no_registry_and_holds_every_hash():
    packages = {name: package for name, package in LOCK.items() if name}
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert [
        name for name, package in packages.items() if not package["integrity"].startswith("sha512-")
    ] == []


def test_asking_again_installs_nothing(clients: Path):
    stamp = node.INSTALLED / "installed.json"
    before = stamp.stat().st_mtime_ns
    assert node.modules() == clients
    assert stamp.stat().st_mtime_ns == before
