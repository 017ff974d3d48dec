"""A small playbook in which a part belongs to the supervisor of the laboratory, as an author would write it."""

from __future__ import annotations

from typing import Any

from bot.strict_yaml import read

YAML = """\
playbook: look-at-result
title: Look at a result
version: "1.0.0"
language: en
purpose: Helps two people to look at a result that is odd.
coaching_only: true
for_roles: [analyst, supervisor]
phrasings: [an odd result]
control:
  status: released_by_maker
  owner: QA
  change_ref: CC-2
  effective_from: "2026-01-05"
  review_by: "2028-01-05"
  what_changed: First version.
site_settings: [lab_supervisor]
sections:
  - {id: first, title: The result}
  - {id: look, title: The supervisor looks}
  - {id: end, title: What comes next}
steps:
  - {id: test, section: first, ask: Which test was it?, label: Test, type: text}
  - {id: sample, section: first, ask: Which sample was it?, label: Sample, type: identifier}
  - {id: odd, section: first, ask: Is the result odd?, label: Odd, type: yes_no}
  - id: to_lead
    section: look
    when: {odd: "yes"}
    hand_over:
      to: lab_supervisor
      say: The next part is your supervisor's. I have posted it to them; it stays yours until one of them accepts.
      share: [test]
      together: We do this together
      if_no_answer: {after: 30 min, say: "Nobody has accepted it yet. Phone them: {site.lab_supervisor}."}
  - {id: right, section: look, when: {odd: "yes"}, ask: Is the weighing right?, label: Weighing right, type: yes_no}
  - {id: back, section: look, when: {odd: "yes"}, hand_back: {say: The supervisor's part is done.}}
  - {id: next, section: end, ask: What happens next?, label: Next, type: text}
  - {id: review, section: end, review: all}
  - id: draft
    section: end
    document: {template: coaching-draft, formats: [docx, md], watermark: DRAFT}
  - {id: end, section: end, finish: Thank you.}
"""
TRIED = """\
scenario: The supervisor looks
answers: {test: Assay, sample: S-1, odd: "yes", to_lead: role, right: "no", next: Look at the balance}
then: {told: [lab_supervisor], asked_in_order: [odd, right, next], finished: true}
---
scenario: They look together
answers: {test: Assay, sample: S-1, odd: "yes", to_lead: self, right: "yes", next: Nothing more}
then: {finished: true}
---
scenario: Nothing is odd
answers: {test: Assay, sample: S-1, odd: "no", next: Nothing}
then: {told: [], never_asked: [right], finished: true}
"""
OWED = """\
- id: look-hands-over
  playbook: look-at-result
  says: An odd result is looked at by the supervisor.
  hands_over: to_lead
  role: lab_supervisor
  shares: [test]
  when_answer: {odd: "yes"}
- id: look-comes-back
  playbook: look-at-result
  says: When the supervisor has looked, it is the analyst's again.
  shows: back
  when_answer: {odd: "yes"}
- id: look-review
  playbook: look-at-result
  says: Nothing goes into a draft that the person has not seen.
  review_before_document: true
"""
SITE = """\
site: acme
name: Acme Works
regions: [EU]
locale: en_IE
zone: Europe/Dublin
calendar: {country: IE}
values:
  lab_supervisor: extension 13
rosters:
  lab_supervisor: {people: [lee, sam], phone: extension 13}
people:
  - {id: priya, name: Priya Nair, role: analyst}
  - {id: lee, name: Lee Moran, role: supervisor}
  - {id: sam, name: Sam Kelly, role: supervisor}
"""
LOOK: dict[str, Any] = dict(read(YAML.encode(), "look-at-result.yaml").data)  # type: ignore[arg-type]  # a mapping, as written above
