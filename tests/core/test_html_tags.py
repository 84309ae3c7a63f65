"""Tags of HTML are found whatever their attributes hold."""

from __future__ import annotations

from html import escape

from broadsheet.core.html_tags import Tag, read_attributes, replace_tags
from hypothesis import given
from hypothesis import strategies as st

VALUES = st.text(st.sampled_from("<>a&/='; \n"), max_size=8)


def mark(tag: Tag) -> str:
    return f"[{'/' if tag.closing else ''}{tag.name}{tag.attributes}]"


def test_only_whole_names_are_replaced_in_any_case() -> None:
    assert replace_tags("<a><ab></a><A x><abbr>", "a|ab", mark) == "[a][ab][/a][a x]<abbr>"


def test_a_tag_that_does_not_end_is_text() -> None:
    assert replace_tags('<a href="x <b>', "a|b", mark) == '<a href="x [b]'
    assert replace_tags("<a " * 50_000, "a", mark) == "<a " * 50_000


@given(values=st.dictionaries(st.sampled_from(["id", "src", "data-x", "xml:lang"]), VALUES), text=VALUES.map(escape))
def test_values_of_attributes_may_hold_anything(values: dict[str, str], text: str) -> None:
    written = "".join(f' {name}="{escape(value)}"' for name, value in values.items())
    seen: list[Tag] = []

    def note(tag: Tag) -> str:
        seen.append(tag)
        return tag.source

    content = f"{text}<i{written}>{text}</i>"
    assert replace_tags(content, "i", note) == content
    assert [(tag.name, tag.closing, content[tag.start :].startswith(tag.source)) for tag in seen] == [
        ("i", False, True),
        ("i", True, True),
    ]
    assert read_attributes(seen[0].attributes) == {name: escape(value) for name, value in values.items()}


def test_attributes_without_quotation_marks_or_value_are_read() -> None:
    assert read_attributes(" hidden a='1' b = \"2\"") == {"hidden": "", "a": "1", "b": "2"}
