"""Content as an author of a site would write it: a folder with one site, one short playbook and what it owes, to be spoilt."""

from __future__ import annotations

from pathlib import Path

SITE = """\
site: acme
name: Acme Works
regions: [US]
locale: en_US
zone: America/New_York
calendar: {country: US}
values:
  on_call_qa: extension 12
  emergency_phone: extension 9
  lab_supervisor: extension 13
  di_contact: extension 14
  speak_up_line: extension 15
  interview_rules: You may stop at any time.
  open_within: 1 working day
  report_within: 4 h
  deviation_number: DEV-####
rosters:
  qa_on_call: {people: [kim], phone: extension 12}
  supervisor_on_shift: {people: [lou], phone: extension 16}
  lab_supervisor: {people: [lou], phone: extension 13}
  di_contact: {people: [kim], phone: extension 14}
"""

PLAYBOOK = """\
playbook: spill
title: Report a spill
version: "1.0.0"
language: en
purpose: Helps to write down a spill.
coaching_only: true
for_roles: [operator]
phrasings: [something was spilt]
control:
  status: released_by_maker
  owner: QA
  change_ref: CC-1
  effective_from: "2026-01-05"
  review_by: "2028-01-05"
  what_changed: First version.
site_settings: [on_call_qa]
sections:
  - {id: facts, title: The facts}
steps:
  - id: where
    section: facts
    ask: Where was it?
    type: text
    cite: [A-06]
  - id: is_product
    section: facts
    ask: Was it product?
    type: yes_no
  - id: tell
    section: facts
    when: {is_product: "yes"}
    stop: {level: notify, say: "Please phone {site.on_call_qa}.", tell: qa_on_call}
  - {id: review, section: facts, review: all}
  - id: draft
    section: facts
    document: {template: coaching-draft, formats: [docx, md], watermark: DRAFT}
  - {id: end, section: facts, finish: Thank you.}
"""

SCENARIOS = """\
scenario: A spill of product
answers: {where: Room 3, is_product: "yes"}
then: {told: [qa_on_call], finished: true}
---
scenario: A spill of water
answers:
  where: Room 3
  is_product: "no"
then:
  told: []
  finished: true
but_if:
  - change: {is_product: "yes"}
    then: {told: [qa_on_call]}
"""


OBLIGATIONS = """\
- id: spill-tells
  playbook: spill
  says: When it was product, it tells QA.
  tells: tell
  role: qa_on_call
  when_answer: {is_product: "yes"}
- id: spill-review
  playbook: spill
  says: Nothing goes into a draft that the person has not seen.
  review_before_document: true
"""


def write_overlay(
    folder: Path,
    *,
    site: str = SITE,
    playbook: str = PLAYBOOK,
    scenarios: str = SCENARIOS,
    obligations: str = OBLIGATIONS,
    name: str = "spill",
) -> Path:
    """The overlay folder, written below `folder`."""
    files = {
        "sites/acme/settings.yaml": site,
        f"playbooks/{name}.yaml": playbook,
        f"playbooks/{name}.test.yaml": scenarios,
        "obligations.yaml": obligations,
    }
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


def line_of(text: str, part: str) -> int:
    """The number of the first line of `text` that holds `part`."""
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)
