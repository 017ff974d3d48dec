"""What an author may count on when a content file is read."""

import pickle
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path as Folder

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot import strict_yaml
from bot.errors import CoachError
from bot.strict_yaml import Document, Path, Value, YamlRefused, read, read_all


@pytest.fixture(scope="module", autouse=True, params=["CSafeLoader", "SafeLoader"])
def loader(request: pytest.FixtureRequest) -> Iterator[None]:
    """Everything holds with libyaml and, where PyYAML was built without it, with PyYAML alone."""
    if not hasattr(yaml, request.param):
        pytest.skip("this PyYAML was built without libyaml")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strict_yaml, "_LOADER", getattr(yaml, request.param))
        yield


# What is long: PyYAML alone says the same, and takes thirty times as long to say it.
with_libyaml = pytest.mark.parametrize("loader", ["CSafeLoader"], indirect=True)


def data(text: str) -> Value:
    return read(text.encode(), "deviation.yaml").data


def refusal(text: str | bytes) -> YamlRefused:
    with pytest.raises(YamlRefused) as caught:
        read_all(text if isinstance(text, bytes) else text.encode(), "deviation.yaml")
    return caught.value


# What is typed is what is read


@pytest.mark.parametrize(
    "typed",
    [
        *[
            "00123",
            "007",
            "-01",
            "+1",
            "1_000",
            "0x1F",
            "0o17",
            "0b11",
            "1.10",
            "1.0",
            ".5",
            "1E5",
            ".inf",
            ".nan",
        ],
        *["12:30", "12:30:45", "190:20:30", "2025-06-03", "2025-06-03T12:00:00Z", "12-05"],
        *[
            "no",
            "No",
            "NO",
            "yes",
            "Yes",
            "on",
            "off",
            "ON",
            "y",
            "n",
            "True",
            "TRUE",
            "False",
            "Null",
            "NULL",
            "=",
        ],
        *["12345678901234567", "99999999999999999999999", "١٢٣", "1²"],
    ],
)
def test_a_lot_number_stays_as_typed(typed: str) -> None:
    assert data(f"lot: {typed}\nlots: [{typed}]\n{typed}: x") == {"lot": typed, "lots": [typed], typed: "x"}


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("", None),
        ("0", 0),
        ("7", 7),
        ("-40", -40),
        ("1234567890123456", 1234567890123456),
    ],
)
def test_true_false_null_and_plain_whole_numbers_are_what_they_say(typed: str, value: Value) -> None:
    result = data(f"- {typed}\n- end")
    assert result == [value, "end"]
    assert isinstance(result, list)
    assert type(result[0]) is type(value)


@pytest.mark.parametrize(
    "typed", ["true", "null", "", "12", "-3", "~", "<<", "*all", "!now", "&", "# no comment"]
)
def test_quotes_and_blocks_always_make_text(typed: str) -> None:
    assert data(f"[\"{typed}\", '{typed}']") == [typed, typed]
    assert data(f"- |-\n  {typed}\n- >-\n  {typed}\n") == [typed, typed]


def test_a_key_is_text_exactly_as_typed() -> None:
    typed = ["1", "01", "true", "null", "no", "1.10", "12:30", "2025-06-03", "~"]
    assert data("".join(f"{key}: x\n" for key in typed)) == dict.fromkeys(typed, "x")


def test_accents_cyrillic_and_emoji_survive() -> None:
    assert data("a: Qualité, качество, 品質, 👩‍🔬, 2\u00a0°C") == {
        "a": "Qualité, качество, 品質, 👩‍🔬, 2\u00a0°C"
    }


def test_windows_line_ends_and_a_byte_order_mark_change_nothing() -> None:
    unix = read(b"a: |\n  one\n  two\nb:\n  - 1\n", "x.yaml")
    windows = read(b"\xef\xbb\xbfa: |\r\n  one\r\n  two\r\nb:\r\n  - 1\r\n", "x.yaml")
    assert windows == unix
    assert unix.data == {"a": "one\ntwo\n", "b": [1]}


# Where it stands

SCRIPT = """\
# a comment comes first
playbook: deviation
steps:
  - id: what_happened
    ask: |
      In two or three sentences:

      what happened?
    options:
      - {value: a, label: A,
         hint: here}
      - value: b
        label: B
  -
    id: end
empty:
rooms: [
  one,
  two]
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 2),
        (("playbook",), 2),
        (("steps",), 3),
        (("steps", 0), 4),
        (("steps", 0, "id"), 4),
        (("steps", 0, "ask"), 5),
        (("steps", 0, "options"), 9),
        (("steps", 0, "options", 0), 10),
        (("steps", 0, "options", 0, "label"), 10),
        (("steps", 0, "options", 0, "hint"), 11),
        (("steps", 0, "options", 1), 12),
        (("steps", 0, "options", 1, "label"), 13),
        (("steps", 1), 15),
        (("steps", 1, "id"), 15),
        (("empty",), 16),
        (("rooms",), 17),
        (("rooms", 0), 18),
        (("rooms", 1), 19),
    ],
)
def test_every_value_knows_its_line(path: Path, line: int) -> None:
    document = read(SCRIPT.encode(), "deviation.yaml")
    assert document.lines[path] == line
    assert document.line(path) == line


def test_what_is_missing_is_told_at_the_nearest_thing_around_it() -> None:
    document = read(SCRIPT.encode(), "deviation.yaml")
    assert document.line(("steps", 1, "ask", "label")) == 15
    assert document.line(("steps", 9)) == 3
    assert document.line(("title",)) == 2


def test_documents_in_one_file_keep_the_lines_of_the_file() -> None:
    first, second = read_all(b"---\na: 1\n---\nb:\n- 2\n", "quiz.yaml")
    assert first == Document("quiz.yaml", {"a": 1}, {(): 2, ("a",): 2})
    assert second == Document("quiz.yaml", {"b": [2]}, {(): 4, ("b",): 4, ("b", 0): 5})


# What is refused


def test_a_refusal_is_one_line_with_place_problem_and_remedy() -> None:
    refused = refusal("a: 1\nb: 2\na: 3\n")
    assert (
        str(refused)
        == "deviation.yaml:3: 'a' stands here a second time, first on line 1; keep one of the two"
    )
    assert (refused.file, refused.line) == ("deviation.yaml", 3)
    assert isinstance(refused, CoachError)
    assert str(pickle.loads(pickle.dumps(refused))) == str(refused)  # noqa: S301  our own object, made a line above


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a:\n  b: 1\n  c: 2\n  'b': 3", 4, "'b' stands here a second time, first on line 2"),
        ("{a: 1,\n a: 2}", 2, "first on line 1"),
        ("1: a\n'1': b", 2, "'1' stands here a second time"),
        ("a: 1\nb: *a", 2, "'*a' repeats a value"),
        ("*a: 1", 1, "'*a"),
        ("a: 1\nb: &x 2", 2, "'&x' names a value"),
        ("a:\n  - &x\n    b: 1", 2, "'&x' names a value"),
        ("a: *Important*", 1, "begins with * or &"),
        ("a: !!str 1", 1, "would change what the value is"),
        ("a:\n- !!python/object/apply:os.system [x]", 2, "would change what the value is"),
        ("a: ! 1", 1, "the tag '!'"),
        ("a: !<x", 1, "begins with ! is a tag"),
        ("a: 1\n<<: {b: 2}", 2, "'<<' merges"),
        ("a: 1\n? [b]\n: 2", 2, "a list or mapping stands where a name should"),
        ("a: 1\n?\n: 2", 2, "a ':' without a name"),
        ("a: 1\nb: ~", 2, "a lone ~ may mean nothing"),
        ("", 1, "this file holds nothing"),
        ("# only a comment\n", 1, "this file holds nothing"),
        ("---\na: 1\n---\n", 3, "this document holds nothing"),
        ("%YAML 1.1\n---\na: 1", 1, "begins with %"),
        ("%TAG ! x\n---\na: 1", 1, "begins with %"),
        ("%NEW x\n---\na: 1", 1, "begins with %"),
        ("a: 1\n...\n%YAML 1.2\n---\nb: 1", 3, "begins with %"),
        ("%YAML 9.0\n---\na: 1", 1, "begins with %"),
    ],
)
def test_what_would_change_a_value_unseen_is_refused(text: str, line: int, words: str) -> None:
    refused = refusal(text)
    assert words in refused.problem
    assert refused.line == line
    assert refused.remedy


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a:\n\tb: 1", 2, "a tab stands where only spaces may"),
        ("a:\n  b: 1\n\tc: 2", 3, "a tab stands where only spaces may"),
        ("a: |\n  x\n\ty\n", 3, "a tab stands where only spaces may"),
        ("a: 👩‍🔬\nb:\n\t- c", 3, "a tab stands where only spaces may"),
        ("ask: Note: this", 1, "a ': ' stands where no name can end"),
        ("a: 1\n b: 2", 2, "a ': ' stands where no name can end"),
        ("a:\n    - x\n   - y", 3, "does not line up with the names"),
        ("- a\nb: 1", 2, "does not line up with the '- '"),
        ("a: 1\nhello\nb: 2", 2, "this is neither 'name: value' nor '- item' (noticed on line 3)"),
        ("a: 1\nb: 'x\nc: 1\n", 2, "a quotation mark opened here is never closed (noticed on line 3)"),
        ("a: 'x\n---\nb: 1", 1, "a quotation mark here is open until the next '---'"),
        ("a: [1, 2\nb: 3", 1, "a [ or { opened here lacks its end or a comma"),
        ("a: {x: 1\nb: 3", 1, "a [ or { opened here lacks its end or a comma"),
        ("a: [", 1, "the end of the file stands where a value should"),
        ("a: ,b", 1, "',' stands where a value should"),
        ("a: 1\nb: 'it's'", 2, "more text follows a closing quotation mark"),
        ('label: "Yes" or no', 1, "more text follows a closing quotation mark"),
        ("'a'\nb: 1", 2, "this follows the document's end"),
        ('a: "C:\\Quality"', 1, "a \\ in double quotes begins no known escape"),
        ("say: >5 units", 1, "text follows the | or >"),
        ("a: - b", 1, "a '- ' stands in mid-line"),
        ("a: ? b", 1, "begins with '? '"),
        ("a: @home", 1, "a value cannot begin with '@'"),
    ],
)
def test_a_slip_is_explained_in_plain_words_at_its_line(text: str, line: int, words: str) -> None:
    refused = refusal(text)
    assert words in refused.problem
    assert refused.line == line


@pytest.mark.parametrize("character", "\x00\x07\x1b\x7f\x85\u2028\u2029\ufeff\ufffe\uffff")
def test_a_character_nobody_can_see_is_refused(character: str) -> None:
    refused = refusal(f"a: 1\nb: x{character}y")
    assert (refused.line, refused.problem) == (2, f"an invisible character, U+{ord(character):04X}")
    refused = refusal(f'a: 1\nb: "x\\u{ord(character):04X}y"')
    assert (refused.line, f"U+{ord(character):04X}" in refused.problem) == (2, True)


@pytest.mark.parametrize("escape", ["\\ud800", "\\UFFFFFFFF", "\\U00110000", "\\xzz"])
def test_an_escape_that_is_no_character_is_refused(escape: str) -> None:
    assert refusal(f'a: "{escape}"').line == 1


@pytest.mark.parametrize(
    ("text", "line"),
    [(b"a: 1\r\nb: caf\xe9", 2), (b"\xff\xfea\x00", 1), (b"\xef\xbb\xbfa: 1\n\xed\xa0\x80", 2)],
)
def test_bytes_that_are_not_utf_8_are_told_by_their_line(text: bytes, line: int) -> None:
    refused = refusal(text)
    assert (refused.line, refused.remedy) == (line, "save the file as UTF-8")


def test_a_second_document_is_refused_where_one_is_expected() -> None:
    with pytest.raises(YamlRefused, match=r"quiz\.yaml:4: a second document begins here"):
        read(b"---\na: 1\n---\nb: 1\n", "quiz.yaml")


# How much we read


def test_twenty_levels_are_read_and_the_next_is_refused() -> None:
    assert data("[" * 20 + "]" * 20)
    assert data("\n".join(" " * level + "a:" for level in range(20)))
    assert "more than 20" in refusal("[\n" * 21 + "]" * 21).problem
    assert refusal("[\n" * 21 + "]" * 21).line == 21


@with_libyaml
def test_fifty_thousand_values_are_read_and_the_next_is_refused() -> None:
    assert data("- 1\n" * 49_999)
    refused = refusal("- 1\n" * 50_000)
    assert (refused.line, refused.problem) == (50_000, "more than 50,000 values")


@with_libyaml
def test_many_small_documents_share_the_limit_on_values() -> None:
    refused = refusal("---\n- 1\n" * 25_001)
    assert (refused.line, refused.problem) == (50_002, "more than 50,000 values")


def test_one_megabyte_is_read_and_one_byte_more_is_refused() -> None:
    assert data("a" * 1_000_000) == "a" * 1_000_000
    assert "1,000,001 bytes, and 1,000,000 is the most" in refusal("a" * 1_000_001).problem


@with_libyaml
def test_a_refusal_stays_short_whatever_is_in_the_file() -> None:
    key = "k" * 400_000
    for text in (f"? {key}\n: 1\n? {key}\n: 2", f"a: &{key} 1", f"a: !{key} 1", '"a\\nb": 1\n"a\\nb": 2'):
        assert len(str(refusal(text))) < 200
        assert "\n" not in str(refusal(text))


HOSTILE = {
    "an alias bomb": "b'a: &a [x, x]\\n' + b'b: [*a, *a, *a]\\n' * 9",
    "100,000 brackets": "b'[' * 100_000",
    "100,000 braces": "b'{' * 100_000",
    "100,000 open mappings": "b'{a: ' * 100_000",
    "10 MB": "b'a: b\\n' * 2_000_000",
    "1 MB of dashes": "b'- ' * 500_000",
    "1 MB of question marks": "b'? ' * 500_000",
}
LONG = {
    "one long plain text": "b'a: ' + b'x' * 999_997",
    "one long quoted text": "b'a: \"' + b'x ' * 499_990 + b'\"'",
    "one long block": "b'a: |\\n' + b' x\\n' * 333_000",
    "1 MB of commas in a list": "b'[' + b'a,' * 499_000 + b']'",
    "as many mappings as we read": "b'- {a: 1, b: 2, c: 3, d: 4, e: 5, f: 6}\\n' * 6_200",
}
CHILD = """
import resource, sys, time
import yaml
from bot import strict_yaml
strict_yaml._LOADER = getattr(yaml, sys.argv[2])
text = eval(sys.argv[1])
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 64_000_000, used + 64_000_000))
resource.setrlimit(resource.RLIMIT_STACK, (1_000_000, 1_000_000))
began = time.process_time()
try:
    strict_yaml.read(text, "hostile.yaml")
except strict_yaml.YamlRefused as refused:
    print(refused)
assert time.process_time() - began < 5, time.process_time() - began
"""
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="memory is limited the Linux way")


def read_in_64_megabytes_and_5_seconds(text: str) -> None:
    command = [sys.executable, "-c", CHILD, text, strict_yaml._LOADER.__name__]
    root = Folder(strict_yaml.__file__).parent.parent
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


@on_linux
@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_costs_little_time_and_memory(hostile: str) -> None:
    read_in_64_megabytes_and_5_seconds(hostile)


@on_linux
@with_libyaml
@pytest.mark.parametrize("long", LONG.values(), ids=LONG.keys())
def test_a_long_file_costs_little_time_and_memory(long: str) -> None:
    read_in_64_megabytes_and_5_seconds(long)


# For any data, and any bytes

SEEN = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\ufeff\ufffe\uffff")
TEXT = st.one_of(
    st.text(st.one_of(SEEN, st.sampled_from("\n\t\r")), max_size=30),
    st.sampled_from(
        ["true", "null", "", "12", "~", "<<", "no", "00123", "- a", "a: b", "*a", "%YAML", "---", "\\", "'"]
    ),
)
LEAF = st.one_of(TEXT, st.booleans(), st.none(), st.integers(-(10**16) + 1, 10**16 - 1))
DATA: st.SearchStrategy[Value] = st.recursive(
    LEAF,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXT, inner, max_size=4)),
    max_leaves=12,
)
ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"})


def leaf(value: Value) -> str:
    match value:
        case str():
            return f'"{value.translate(ESCAPES)}"'
        case bool():
            return "true" if value else "false"
        case None:
            return "null"
        case list() | dict() if not value:
            return "[]" if value == [] else "{}"
        case _:
            return str(value)


def flow(value: Value) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{leaf(key)}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(inner) for inner in value) + "]"
    return leaf(value)


def block(value: Value, path: Path, written: list[str], lines: dict[Path, int]) -> None:
    """Write one value a line, and note on which."""
    indent = " " * len(path)
    entries: list[tuple[str | int, Value, str]] = []
    if isinstance(value, dict):
        entries = [(key, inner, f"{leaf(key)}:") for key, inner in value.items()]
    elif isinstance(value, list):
        entries = [(number, inner, "-") for number, inner in enumerate(value)]
    if not entries:
        written.append(f"{indent}{leaf(value)}")
    lines.setdefault(path, len(written) + (1 if entries else 0))
    for step, inner, mark in entries:
        written.append(f"{indent}{mark}")
        if mark != "-":
            lines[(*path, step)] = len(written)
        block(inner, (*path, step), written, lines)


def same(one: Value, other: Value) -> bool:
    """Equal, and true is not 1."""
    return repr(one) == repr(other)


@given(DATA)
def test_any_data_written_in_quotes_comes_back_with_its_lines(value: Value) -> None:
    written: list[str] = []
    lines: dict[Path, int] = {}
    block(value, (), written, lines)
    document = read("\n".join(written).encode(), "any.yaml")
    assert same(document.data, value)
    assert document.lines == lines


@given(DATA)
def test_any_data_written_on_one_line_comes_back(value: Value) -> None:
    document = read(flow(value).encode(), "any.yaml")
    assert same(document.data, value)
    assert set(document.lines.values()) == {1}


@given(st.from_regex(r"[0-9A-Za-z._+-]{1,20}", fullmatch=True))
def test_a_number_or_code_prints_back_as_typed(typed: str) -> None:
    if typed in {"true", "false", "null", "-", "---", "...", "-0"}:
        return
    assert str(data(f"lot: {typed}")["lot"]) == typed  # type: ignore[index, call-overload]  # a mapping, by its text


PIECES = """- |? |: |:|a|b: |[|]|{|}|,|'|"|#| # |&a |*a|!t |!!str |!<|%YAML 1.1|%F|---|...|~|null|true|00123|<<: |@|`|é|👩‍🔬|\\"""
YAMLISH = st.lists(
    st.sampled_from(
        [*PIECES.split("|"), "|", "> ", "\n", "\n  ", "\n    ", "\r\n", "\r", "\t", "\0", "\ufeff", "\\ud800"]
    ),
    max_size=30,
).map(lambda pieces: "".join(pieces).encode())


@given(st.one_of(YAMLISH, st.binary(), st.tuples(YAMLISH, st.binary(max_size=3), YAMLISH).map(b"".join)))
def test_any_bytes_are_read_or_refused_with_a_line(text: bytes) -> None:
    last = len(re.findall(rb"\r\n?|\n", text)) + 1
    result = read_or_refused(text)
    if isinstance(result, YamlRefused):
        assert 1 <= result.line <= last
        assert re.fullmatch(r"any\.yaml:\d+: .+; .+", str(result))
        return
    starts = [document.line(()) for document in result]
    assert all(earlier <= later for earlier, later in pairwise(starts))
    for document in result:
        assert all(1 <= line <= last for line in document.lines.values())


def read_or_refused(text: bytes) -> tuple[Document, ...] | YamlRefused:
    try:
        return read_all(text, "any.yaml")
    except YamlRefused as refused:
        return refused
