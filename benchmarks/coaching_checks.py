"""The coaching checks on texts with a verdict: per check hits, false and missed questions, precision and recall.

`python -m benchmarks.coaching_checks [FOLDER …]` reads each folder of corpora, one file a check, with texts that should be
asked about and near misses that should not; and the good texts, which should be left alone. Without a folder it reads the
held-out half. Whoever tunes a check afterwards logs the look in docs/coaching-checks.md: a text that was looked at proves
nothing any more. The run prints figures only, never a text.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import sqrt
from pathlib import Path
from typing import Any

from bot.strict_yaml import read
from playbooks.coaching.catalogue import CHECKS, Listener, Manner, checks_of, look
from playbooks.coaching.finding import Kind, Known

DATA = Path(__file__).parent / "data" / "coaching"
GOOD = DATA / "good_texts.yaml"
EVERY_ON = Manner(dict.fromkeys(CHECKS, True))
Z = 1.96  # the normal deviate of a 95 % interval
PRECISION, FIRINGS = 0.80, 15  # what a check must reach to be on as shipped


@dataclass(frozen=True, slots=True)
class Count:
    """How one check did: rightly asked, wrongly asked, wrongly silent."""

    check: str
    hits: int
    false: int
    missed: int

    @property
    def fired(self) -> int:
        return self.hits + self.false

    @property
    def is_good_enough(self) -> bool:
        """Whether it may be on as shipped."""
        return self.fired >= FIRINGS and self.hits >= PRECISION * self.fired


def main(arguments: Sequence[str]) -> None:
    for folder in map(Path, arguments or [str(DATA / "held_out")]):
        print(f"{folder.name}: {digest(sorted(folder.glob('*.yaml')))}")
        print("| check | hits | false | missed | precision | recall | good enough |")
        print("| --- | ---: | ---: | ---: | --- | --- | --- |")
        for check in CHECKS:
            path = folder / f"{check}.yaml"
            if path.exists():
                print(line(counted(check, path)))
    print(f"{GOOD.name}: {digest([GOOD])}")
    for row in good_texts():
        print(row)


def counted(check: str, path: Path) -> Count:
    """How the check does on the texts of its corpus."""
    corpus = tree(path)
    asked = [asks(check, entry) for entry in corpus["should_ask"]]
    false = [asks(check, entry) for entry in corpus["near_misses"]]
    return Count(check, sum(asked), sum(false), len(asked) - sum(asked))


def asks(check: str, entry: object) -> bool:
    """Whether the check, as it would be switched on, has a question about this text."""
    text, known = text_of(entry)
    return bool(look(text, [check], known, EVERY_ON, Listener()))


def text_of(entry: object) -> tuple[str, Known]:
    if isinstance(entry, Mapping):
        description, root_cause = (str(entry.get(name, "")) for name in ("description", "root_cause"))
        return str(entry["text"]), Known(description=description, root_cause=root_cause)
    return str(entry), Known()


def good_texts() -> list[str]:
    """How many good texts get a question from the checks that are on as shipped, by kind of text and by check."""
    rows, by_check = [], dict.fromkeys(CHECKS, 0)
    total = with_any = 0
    for kind, entries in good_by_kind().items():
        asked = 0
        for entry in entries:
            text, known = text_of(entry)
            found = look(text, checks_of(kind), known, Manner(), Listener())
            asked += bool(found)
            for finding in found:
                by_check[finding.check] += 1
        rows.append(f"good {kind.value}: {asked} of {len(entries)} with any question")
        total, with_any = total + len(entries), with_any + asked
    fired = ", ".join(f"{check} {count}" for check, count in by_check.items() if count) or "none"
    return [*rows, f"good texts in all: {with_any} of {total} with any question ({fired})"]


def good_by_kind() -> Mapping[Kind, Sequence[object]]:
    """The good texts by what they are."""
    found: dict[Kind, list[object]] = {}
    for entry in tree(GOOD):
        found.setdefault(Kind(str(entry["kind"])), []).append(entry)
    return found


def tree(path: Path) -> Any:
    """A corpus as plain data."""
    return read(path.read_bytes(), str(path)).data


def line(count: Count) -> str:
    verdict = "yes" if count.is_good_enough else "no"
    precision = share(count.hits, count.fired)
    recall = share(count.hits, count.hits + count.missed)
    return f"| {count.check} | {count.hits} | {count.false} | {count.missed} | {precision} | {recall} | {verdict} |"


def share(part: int, whole: int) -> str:
    """The share in percent with Wilson's 95 % interval."""
    if not whole:
        return "none"
    p, n = part / whole, whole
    middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
    return f"{p:.0%} ({max(middle - half, 0):.0%} to {min(middle + half, 1):.0%})"


def digest(paths: Sequence[Path]) -> str:
    """SHA-256 over the files, each by its own."""
    return sha256("".join(sha256(path.read_bytes()).hexdigest() for path in paths).encode()).hexdigest()


if __name__ == "__main__":
    main(sys.argv[1:])
