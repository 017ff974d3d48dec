"""The same question has the same decision, to the last digit, whatever order Python gives its sets in."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

from tests.knowledge.golden import expected
from tests.knowledge.known import EVERYBODY, known

ROOT = Path(__file__).parents[2]
SEEDS = ("0", "1", "4242")
EACH = 3  # of the golden questions, one in so many
SLIPS = (
    "wats an oos",
    "retset teh sample",
    "my mentor nad me do nto fit",
    "excrusion in teh fridge",
    "ooe or oot",
)


def digest() -> str:
    """The SHA-256 of the decision records of some sixty questions."""
    records = [
        known().record(text, known().decide(text, EVERYBODY)) for text in (*list(expected())[::EACH], *SLIPS)
    ]
    assert len(records) >= 60
    return hashlib.sha256(json.dumps(records).encode()).hexdigest()


def test_every_decision_record_is_the_same_under_three_hash_seeds():
    command = [sys.executable, "-c", "from tests.knowledge.test_determinism import digest; print(digest())"]
    environment = {"PATH": "/usr/bin:/bin"}
    running = [
        subprocess.Popen(
            command, cwd=ROOT, env={**environment, "PYTHONHASHSEED": seed}, stdout=subprocess.PIPE, text=True
        )
        for seed in SEEDS
    ]
    said = {process.communicate()[0].strip() for process in running}
    assert [process.returncode for process in running] == [0, 0, 0]
    assert said == {digest()}
