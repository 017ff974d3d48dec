"""`clauses`: what rests on a clause, for authors when it changes."""

from __future__ import annotations

import json


def test_all_clauses_are_listed_with_how_often_each_is_cited(run):
    result = run("clauses")

    assert (result.exit_code, result.stderr) == (0, "")
    line = next(line for line in result.stdout.splitlines() if line.startswith("A-06 "))
    assert line.endswith("21 CFR 211.192 (law)")
    listed = json.loads(run("clauses", "--json").stdout)
    assert next(row for row in listed if row["id"] == "A-06")["cited"] == int(line.split()[1]) > 0


def test_one_clause_is_told_with_its_twins_and_everything_that_cites_it(run):
    lines = run("clauses", "A-06").stdout.splitlines()

    assert lines[0] == "A-06: 21 CFR 211.192 (law, US)"
    assert any(line.startswith("- A-09: EU GMP Chapter 1, 1.8(vii) (GMP guide, EU, UK)") for line in lines)
    assert any(line.startswith("- playbook deviation-open, step what_happened") for line in lines)
    assert any(line.startswith("- refusal milder-record") for line in lines)
    assert any(line.startswith("- article when-to-open-deviation") for line in lines)


def test_the_same_is_told_as_json(run):
    told = json.loads(run("clauses", "A-06", "--json").stdout)

    assert (told["clause"], told["regions"]) == ("21 CFR 211.192", ["US"])
    assert {twin["id"] for twin in told["twins"]} >= {"A-09", "C-03"}
    assert {use["kind"] for use in told["cited_by"]} == {"article", "refusal", "step"}
    assert told["cited"] == len(told["cited_by"])


def test_a_clause_that_nobody_knows_is_met_with_the_near_one(run):
    result = run("clauses", "A-0")

    assert result.exit_code == 1
    assert result.stderr.startswith("there is no clause 'A-0'; did you mean 'A-0")
