"""Draws what people see in Slack, on a desk and on a telephone, as pictures to be looked at.

Run from the repository's root: python -m tests.tools.block_kit_gallery FOLDER [CHROMIUM]
"""

from __future__ import annotations

import html
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from bot.channels.slack import render
from tests.channels.slack.said import (
    ANSWER,
    COPIES,
    DESCRIBE,
    DRAFT,
    DRAFTS,
    ENDING,
    EVIDENCE,
    HALF_USED,
    MINE,
    QUESTION,
    REVIEW,
    STOP,
    TOLD,
    TOUCHES,
    USED,
    WHEN,
    WHICH,
)
from tests.clients.node import modules, node

Json = dict[str, Any]
WIDTHS = {"desk": 720, "phone": 375}

_DRAW = """
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { Message } from "slack-blocks-to-jsx";
import { readFileSync } from "node:fs";
const samples = JSON.parse(readFileSync(0, "utf8"));
const drawn = samples.map((blocks) => renderToStaticMarkup(createElement(Message, {
  blocks, name: "QMS Coach", logo: "data:image/gif;base64,R0lGODlhAQABAIAAAAUEBAAAACwAAAAAAQABAAACAkQBADs=",
  time: new Date(0), withoutWrapper: false,
})));
process.stdout.write(JSON.stringify(drawn));
"""
_STYLE = """
body { margin: 0; padding: 12px 16px; background: #fff; font-family: Lato, "Helvetica Neue", Arial, sans-serif; }
.window { border: 1px solid #ccc; border-radius: 8px; box-shadow: 0 2px 8px #0003; }
.window > p { display: flex; justify-content: space-between; margin: 0; padding: 12px 16px; font-weight: 900; }
.window > p + div { border-block: 1px solid #ddd; padding: 4px 16px; }
"""


def samples() -> Iterator[tuple[str, Json]]:
    """Each with its name: a message, a window or a Home tab."""
    yield "01 a question to press", render.message(QUESTION)
    yield "02 the same, answered", render.message(QUESTION.without_controls(USED))
    yield "03 a question to write", render.message(DESCRIBE)
    yield "04 a moment", render.message(WHEN)
    yield "05 what applies", render.message(TOUCHES)
    yield "06 a photo", render.message(EVIDENCE)
    yield "07 a stop", render.message(STOP)
    yield "08 a review", render.message(REVIEW)
    yield "09 a draft", render.message(DRAFT)
    yield "10 an answer", render.message(ANSWER)
    yield "11 an answer, plain", render.message(ANSWER, is_plain=True)
    yield "12 something told", render.message(TOLD)
    yield "13 something told, read", render.message(TOLD.without(TOLD.choices[0].press, HALF_USED))
    yield "14 an end", render.message(ENDING)
    yield "15 long answers", render.message(WHICH)
    yield "16 drafts", render.message(DRAFTS)
    yield "17 to copy", render.message(COPIES)
    long = replace(REVIEW, facts=tuple(replace(fact, value=f"{fact.value} " * 20) for fact in REVIEW.facts))
    yield "18 too long for a message", render.message(long)
    yield "19 all of it", render.whole(long)
    yield "20 a form to write", render.form(DESCRIBE, "")
    yield "21 a form for a moment", render.form(WHEN, "")
    yield (
        "22 a form to tick",
        render.form(TOUCHES, "", {"qms.field": "“None of these” does not go together with others."}),
    )
    yield "23 a form for files", render.form(EVIDENCE, "")
    yield "24 start a playbook", render.start(MINE.shelf, "")
    yield "25 home", render.home(MINE)


def draw(folder: Path, chromium: str) -> None:
    """Write a page and two pictures for every sample."""
    folder.mkdir(parents=True, exist_ok=True)
    shown = list(samples())
    script = modules().parent / "draw.mjs"
    script.write_text(_DRAW, encoding="utf-8")
    drawn = json.loads(
        subprocess.run(
            [node(), script],
            input=json.dumps([payload["blocks"] for _, payload in shown]),
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    )
    sheet = (modules() / "slack-blocks-to-jsx" / "dist" / "style.css").read_text(encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for (name, payload), markup in zip(shown, drawn, strict=True):
            page_file = folder / f"{name}.html"
            page_file.write_text(_page(payload, markup, sheet), encoding="utf-8")
            for width_name, width in WIDTHS.items():
                page = browser.new_page(viewport={"width": width, "height": 100})
                page.goto(page_file.as_uri())
                page.screenshot(path=folder / f"{name} ({width_name}).png", full_page=True)
                page.close()
        browser.close()


def _page(payload: Json, markup: str, sheet: str) -> str:
    if payload.get("type") == "modal":
        title, close = payload["title"]["text"], payload["close"]["text"]
        submit = payload["submit"]["text"] if "submit" in payload else ""
        bar = f"<p>{html.escape(title)}</p><div>{markup}</div><p>{html.escape(close)} <span>{html.escape(submit)}</span></p>"
        markup = f'<div class="window">{bar}</div>'
    return f'<!doctype html><meta charset="utf-8"><style>{sheet}{_STYLE}</style>{markup}'


if __name__ == "__main__":
    draw(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "/usr/bin/chromium")
