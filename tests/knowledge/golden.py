"""The golden decisions: what is made of questions as people type them, in `golden.yaml`, one a line.

python -m tests.knowledge.golden    # decides again and writes the file; then look at its diff

A question is added by a line with nothing behind its colon.
"""

from __future__ import annotations

import json
from pathlib import Path

from bot.strict_yaml import read
from tests.knowledge.known import decided, told

FILE = Path(__file__).with_name("golden.yaml")
RENEW = "python -m tests.knowledge.golden"
HEAD = f"""\
# What is made of questions as people type them: review each changed line. Made by: {RENEW}
"""


def expected() -> dict[str, str]:
    """For each question, what was decided when the file was made."""
    data = read(FILE.read_bytes(), FILE.name).data
    assert isinstance(data, dict)
    return {question: str(value or "") for question, value in data.items()}


def main() -> None:
    lines = (
        f"{json.dumps(question, ensure_ascii=False)}: {json.dumps(told(decided(question)))}\n"
        for question in expected()
    )
    FILE.write_text(HEAD + "".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
