"""Registers: topics, authors and stories read, mended and told of."""

from __future__ import annotations

import pytest
from broadsheet.content.taxonomies import MAX_TOPIC_DEPTH, Taxonomies, Topic, list_topic_ancestors, parse_taxonomies
from broadsheet.core.problems import format_text
from hypothesis import given, settings
from hypothesis import strategies as st


def read(*, open_topics: bool = False, **files: str | bytes) -> tuple[Taxonomies, list[str]]:
    data = {f"{name}.yml": text.encode() if isinstance(text, str) else text for name, text in files.items()}
    registers, problems = parse_taxonomies(data, lambda name: name, open_topics=open_topics)
    return registers, format_text(problems).split("\n") if problems else []


def test_any_register_may_be_missing_and_is_open_then() -> None:
    registers, problems = read()
    assert problems == []
    assert registers.missing == {"topics.yml", "authors.yml", "stories.yml"}
    assert read(topics="nato: {title: NATO}\n")[0].missing == {"authors.yml", "stories.yml"}


def test_an_empty_register_is_there_and_closed() -> None:
    registers, problems = read(topics="", authors="# nobody yet\n", stories="\n\n")
    assert (registers.missing, problems) == (frozenset(), [])


def test_a_topic_has_all_its_keys() -> None:
    registers, problems = read(
        topics="world: {title: World, section: true}\n"
        "nato:\n  title: NATO\n  summary: The alliance.\n  parent: world\n  aliases: [north-atlantic]\n"
    )
    assert problems == []
    assert list(registers.topics) == ["world", "nato"]
    assert registers.topics["nato"] == Topic("nato", "NATO", "The alliance.", "world", False, ("north-atlantic",))


def test_an_entry_of_nothing_gets_a_title_of_its_own_making() -> None:
    registers, problems = read(topics="middle-east:\n", stories="gaza-war:\n")
    assert problems == []
    assert registers.topics["middle-east"].title == "Middle east"
    assert registers.stories["gaza-war"].title == "Gaza war"


def test_an_author_has_name_role_and_addresses() -> None:
    text = "desk:\n  name: World desk\n  role: Desk\n  url: https://example.org/desk\n  email: desk@example.org\n"
    registers, problems = read(authors=text)
    assert problems == []
    author = registers.authors["desk"]
    assert (author.name, author.title, author.email) == ("World desk", "World desk", "desk@example.org")


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({"topics": "NATO: {title: NATO}\n"}, "topics.yml:1:1: NATO: 'NATO' is no id"),
        ({"topics": "nato: NATO\n"}, "topics.yml:1:1: nato: expected keys and values below the id"),
        ({"topics": "nato: {titel: NATO}\n"}, "topics.yml:1:8: nato.titel: unknown key (did you mean 'title'?)"),
        ({"topics": "nato: {parent: wrld}\nworld:\n"}, "nato.parent: unknown topic 'wrld' (did you mean 'world'?)"),
        ({"topics": "nato: {parent: nato}\n"}, "nato.parent: 'nato' is below 'nato' itself"),
        ({"topics": "a: {parent: b}\nb: {parent: a}\n"}, "is below"),
        ({"topics": "a: {aliases: [b]}\nb:\n"}, "a.aliases: 'b' is taken by 'b'"),
        ({"topics": "a: {aliases: [x]}\nb: {aliases: [x]}\n"}, "b.aliases: 'x' is taken by 'a'"),
        ({"topics": "- nato\n"}, "topics.yml:1: expected ids, each with its keys below it"),
        ({"topics": b"nato: \xff\n"}, "topics.yml:1: not UTF-8"),
        ({"topics": "nato: {title: a\n"}, "topics.yml:"),
        ({"topics": "nato:\n  title: NATO\nnato:\n  title: Again\n"}, "topics.yml:3:1: nato:"),
        ({"authors": "me: {email: nobody}\n"}, "me.email"),
        ({"authors": "me: {url: 'javascript:x'}\n"}, "me.url: 'javascript:x' is no web address"),
        ({"topics": "world:\n", "stories": "war: {topics: [wrld]}\n"}, "war.topics: unknown topic 'wrld'"),
    ],
)
def test_a_fault_of_a_register_is_told_with_its_place(files: dict[str, str], problem: str) -> None:
    told = read(**files)[1]
    assert any(problem in one for one in told), told


def test_an_entry_with_a_fault_is_kept_so_that_articles_may_name_it() -> None:
    registers, problems = read(topics="nato: {titel: NATO, parent: wrld}\nworld:\n")
    assert len(problems) == 2
    assert registers.topics["nato"] == Topic("nato", "Nato")


def test_a_parent_and_a_storys_topics_may_be_named_by_an_alias() -> None:
    registers, problems = read(
        topics="world: {aliases: [abroad]}\nnato: {parent: abroad}\n", stories="war: {topics: [abroad, nato, world]}\n"
    )
    assert problems == []
    assert registers.topics["nato"].parent == "world"
    assert registers.stories["war"].topics == ("world", "nato")


def test_stories_may_name_new_topics_where_topics_are_open() -> None:
    assert read(topics="a:\n", stories="war: {topics: [new-one]}\n", open_topics=True)[1] == []
    assert read(stories="war: {topics: [new-one]}\n")[1] == []
    assert len(read(topics="a:\n", stories="war: {topics: [New One]}\n", open_topics=True)[1]) == 1


def test_a_line_of_parents_has_an_end() -> None:
    text = "".join(f"t{number}: {{parent: t{number + 1}}}\n" for number in range(MAX_TOPIC_DEPTH + 5))
    registers, problems = read(topics=f"{text}t{MAX_TOPIC_DEPTH + 5}:\n")
    assert any("topics above one another" in one for one in problems)
    assert all(len(list_topic_ancestors(name, registers.topics)) <= MAX_TOPIC_DEPTH for name in registers.topics)


NAMES = st.sampled_from("abcdef")


@given(st.dictionaries(NAMES, NAMES, max_size=6))
@settings(max_examples=100)
def test_whatever_the_parents_a_topics_line_ends_and_no_circle_is_left(parents: dict[str, str]) -> None:
    registers, _ = read(topics="".join(f"{name}: {{parent: {parent}}}\n" for name, parent in parents.items()))
    for name in registers.topics:
        line = list_topic_ancestors(name, registers.topics)
        assert line[0] == name
        assert len(set(line)) == len(line)
        assert registers.topics[line[-1]].parent == ""


def test_a_topic_that_is_unknown_is_a_line_of_itself() -> None:
    assert list_topic_ancestors("nowhere", {}) == ("nowhere",)
