"""A JSON schema in which `type` decides which of several kinds an object must be: quicker, and it says what is wrong.

Schemas made from a vendor's types say "any of these twenty"; when none fits, that is all they can say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend

Schema = dict[str, Any]

_SHOWN = 160  # characters of a complaint; it quotes the whole object otherwise


def complaints(validator: Validator, value: Any) -> Iterator[str]:
    """What is wrong with `value`, each with its place, in one line."""
    for error in validator.iter_errors(value):
        says = error.message
        yield f"{error.json_path}: {says if len(says) <= _SHOWN else f'{says[:60]}…{says[60 - _SHOWN :]}'}"


def validator(kind: Any, definitions: Schema, name: str) -> Validator:
    """A validator of `kind` for the one of these `definitions` that has this `name`."""
    told_apart = {each: _told_apart(schema, definitions) for each, schema in definitions.items()}

    def by_name(
        validator: Any, ref: str, value: object, schema: Schema
    ) -> Iterator[ValidationError]:  # the library's own way is for any address, and takes a third of the time
        yield from validator.descend(value, told_apart[ref.rpartition("/")[2]])

    made: Validator = extend(kind, {"byType": _by_type, "$ref": by_name})({"$ref": f"#/definitions/{name}"})
    return made


def _told_apart(schema: Any, definitions: Schema) -> Any:
    if isinstance(schema, list):
        return [_told_apart(part, definitions) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kinds = [_kinds(each, definitions) for each in schema.get("anyOf", ())]
    if not kinds or not all(kinds):
        return {key: _told_apart(part, definitions) for key, part in schema.items()}
    by_type: dict[str, list[Any]] = {}
    for kind, alternative in (pair for each in kinds for pair in each):
        by_type.setdefault(kind, []).append(_told_apart(alternative, definitions))
    rest = {key: _told_apart(part, definitions) for key, part in schema.items() if key != "anyOf"}
    return {
        **rest,
        "byType": {kind: each[0] if len(each) == 1 else {"anyOf": each} for kind, each in by_type.items()},
    }


def _kinds(schema: Schema, definitions: Schema) -> list[tuple[str, Schema]]:
    """The alternatives that `schema` comes to, with the `type` of each; none where nothing tells them apart."""
    if not isinstance(schema, dict):
        return []
    if ref := schema.get("$ref"):
        inner = definitions[ref.rpartition("/")[2]]
        found = _kinds(inner, definitions)
        return found if "anyOf" in inner else [(kind, schema) for kind, _ in found]
    if alternatives := schema.get("anyOf"):
        several = [_kinds(each, definitions) for each in alternatives]
        return [pair for each in several for pair in each] if all(several) else []
    own = schema.get("properties", {}).get("type", {})
    names = [own["const"]] if "const" in own else own.get("enum", [])
    if len(names) == 1:
        return [(names[0], schema)]
    parts = [_kinds(part, definitions) for part in schema.get("allOf", ())]
    return [(kind, schema) for kind, _ in parts[0]] if len(parts) == 1 else []


def _by_type(
    validator: Any, by_type: Mapping[str, Schema], value: object, schema: Schema
) -> Iterator[ValidationError]:
    kind = value.get("type") if isinstance(value, dict) else None
    if isinstance(kind, str) and kind in by_type:
        yield from validator.descend(value, by_type[kind])
    else:
        yield ValidationError(f"there can be no {kind!r} here, only {', '.join(sorted(by_type))}")
