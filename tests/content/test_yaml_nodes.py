"""YAML nodes: data with positions, and no input that can harm the process."""

import gc
import time
from itertools import pairwise

import pytest
import yaml
from broadsheet.content.yaml_nodes import (
    MAX_YAML_LENGTH,
    ListNode,
    MappingNode,
    ScalarNode,
    SourcePosition,
    decode_text,
    locate,
    parse_yaml,
)
from hypothesis import given
from hypothesis import strategies as st

TEXTS = st.text(st.characters(categories=("L", "N", "P", "S"), include_characters=" '\"\\:#\n\t"), max_size=20)
DATA = st.recursive(
    TEXTS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=12
)


def read(text, **arguments):
    root, problems = parse_yaml(text, "x.yml", **arguments)
    assert problems == []
    return root


def plain(node):
    if isinstance(node, ListNode):
        return [plain(item) for item in node.items]
    if isinstance(node, MappingNode):
        return {key: plain(value) for key, value in node.values.items()}
    return node.text


def test_values_have_positions():
    root = read("a: b\nc:\n  - d\n  - {e: f}\n")
    assert root.position == SourcePosition(1, 1)
    assert root.key_positions == {"a": SourcePosition(1, 1), "c": SourcePosition(2, 1)}
    assert root.values["a"] == ScalarNode("b", SourcePosition(1, 4), is_plain=True)
    items = root.values["c"]
    assert [item.position for item in items.items] == [SourcePosition(3, 5), SourcePosition(4, 5)]
    assert items.items[1].key_positions == {"e": SourcePosition(4, 6)}


def test_lines_are_counted_from_the_given_first_line():
    assert read("\na: b\n", first_line=4).values["a"].position == SourcePosition(5, 4)


def test_columns_count_characters_not_bytes():
    assert read("日本: 選挙\n").values["日本"].position == SourcePosition(1, 5)
    assert read("{👩: x, b: y}").key_positions["b"] == SourcePosition(1, 8)


@pytest.mark.parametrize(
    ("text", "null"),
    [("", True), ("~", True), ("null", True), ("NULL", True), ("'null'", False), ("''", False), ("no", False)],
)
def test_only_unquoted_words_for_null_are_null(text, null):
    assert read(f"a: {text}\n").values["a"].is_null is null


@pytest.mark.parametrize(
    ("text", "comment"),
    [
        ("a: b #c", "#c"),
        ("a: b # c", "# c"),
        ("a: b\t#c", "#c"),
        ("a: #c", "#c"),
        ("a: b#c", ""),
        ("a: 'b' #c", "#c"),
        ('a: "b"\n  #c\nd: e', "#c"),
        ("a: 'b #c'", ""),
        ("a: |  #c\n  b #d\n", ""),
        ("a: b\n  #c\nd: e", "#c"),
        ("a: b  \n    #c\nd: e", "#c"),
        ("a: b\n#c\nd: e", ""),
        ("a:\n  #c\nd: e", ""),
        ("a: b\nd: e", ""),
        ("a: b", ""),
    ],
)
def test_a_comment_behind_or_below_a_value_is_kept(text, comment):
    assert read(text).values["a"].comment == comment


def test_a_comment_in_the_column_of_a_nested_key_is_not_its_value_s():
    root = read("image:\n  src: a.jpg\n  # what it shows\n  alt: b\n")
    assert root.values["image"].values["src"].comment == ""


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing\n", "---\n"])
def test_an_empty_text_has_no_root(text):
    root, problems = parse_yaml(text, "x.yml")
    assert problems == []
    assert root is None or root.is_null


def test_a_text_longer_than_the_limit_is_not_parsed():
    root, [problem] = parse_yaml("a" * (MAX_YAML_LENGTH + 1), "x.yml", 3)
    assert root is None
    assert str(problem) == (
        "x.yml:3: 1,000,001 characters of YAML, expected at most 1,000,000 (split the file or shorten its values)"
    )


def test_more_values_than_allowed_are_not_parsed():
    assert plain(read("[a, b, c]", max_nodes=4)) == ["a", "b", "c"]
    root, [problem] = parse_yaml("k: [a, b, c]", "x.yml", max_nodes=5)
    assert root is None
    assert str(problem) == "x.yml:1:11: k: more than 5 values, expected fewer (shorten the lists)"


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "[{a: "])
def test_hundreds_of_thousands_of_brackets_do_not_crash_the_process(opening):
    started = time.process_time()
    root, [problem] = parse_yaml("x: " + opening * (900_000 // len(opening)), "x.yml")
    assert root is None
    assert problem.message
    assert time.process_time() - started < 2


def test_aliases_are_not_expanded():
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    root, problems = parse_yaml("\n".join(levels), "x.yml")
    assert len(problems) == 12 + 11 * 9
    assert all("not allowed" in problem.message for problem in problems)
    assert plain(root)["a1"] == [""] * 9


@pytest.mark.parametrize(
    "write",
    [
        lambda size: "x: [" + ",".join("a" for _ in range(size // 2)) + "]",
        lambda size: "x: [" + ",".join("*a" for _ in range(size // 3)) + "]",
        lambda size: "x: [a" + " " * size + ", b]",
        lambda size: "\n".join(f"k{n}: v #c" for n in range(size // 12)),
        lambda size: "k: v\n" * (size // 5),
        lambda size: "x: [" + "a," * (size // 2) + "]\n" + " " * (size // 8) + "#c",
    ],
    ids=["items", "aliases", "blanks", "comments", "doubles", "comment below"],
)
def test_the_work_of_parsing_is_proportional_to_the_length(write):
    def measure(size):
        text = write(size)
        started = time.process_time()
        parse_yaml(text, "x.yml")
        return time.process_time() - started

    # Looking for garbage takes the longer, the more other tests have left in memory.
    gc.disable()
    try:
        short, long = (min(measure(size) for _ in range(3)) for size in (60_000, 240_000))
    finally:
        gc.enable()
    # Four times as long: four times the work, where sixteen times would be its square.
    assert long < 9 * max(short, 0.05)


def test_bytes_are_decoded_to_text_with_line_feeds_only():
    assert decode_text(b"\xef\xbb\xbfa\r\nb\rc\n", "x.md", 99) == ("a\nb\nc\n", [])
    assert [str(problem) for problem in decode_text(b"a\nb\xff", "x.md", 99)[1]] == [
        "x.md:2: not UTF-8: byte 0xff (save the file as UTF-8 in your editor)"
    ]
    assert [str(problem) for problem in decode_text(b"abc", "x.md", 2)[1]] == [
        "x.md: more than 2 bytes, the most that is read (split the file)"
    ]


@given(st.text("ab\n", max_size=30), st.data(), st.integers(1, 9))
def test_a_position_leads_to_the_same_character(text, data, first):
    index = data.draw(st.integers(0, len(text)))
    mark = locate(text, index, first)
    assert mark.line - first == text[:index].count("\n")
    assert mark.column - 1 == len(text[:index].rpartition("\n")[2])


@given(DATA)
def test_yaml_that_pyyaml_writes_is_parsed_as_the_same_texts(data):
    text = yaml.safe_dump(data, allow_unicode=True, default_style="'")
    assert plain(read(text)) == data


@given(st.text(max_size=60), st.integers(1, 9))
def test_any_text_gives_nodes_in_order_or_problems(text, first):
    root, problems = parse_yaml(text, "x.yml", first)
    breaks = str.maketrans("\x85\u2028\u2029", "   ")
    assert root is not None or problems or yaml.compose(text.translate(breaks)) is None
    assert all(problem.line >= first for problem in problems)
    if isinstance(root, MappingNode):
        positions = [(position.line, position.column) for position in root.key_positions.values()]
        assert all(first < second for first, second in pairwise(positions))
