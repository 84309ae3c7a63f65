"""Taxonomies: topics, authors and stories parsed and checked."""

from __future__ import annotations

import pytest
from broadsheet.content.taxonomies import MAX_TOPIC_DEPTH, Taxonomies, Topic, list_topic_ancestors, parse_taxonomies
from broadsheet.core.problems import format_text
from hypothesis import given, settings
from hypothesis import strategies as st


def read(*, open_topics: bool = False, **files: str | bytes) -> tuple[Taxonomies, list[str]]:
    data = {f"{name}.yml": text.encode() if isinstance(text, str) else text for name, text in files.items()}
    taxonomies, problems = parse_taxonomies(data, lambda name: name, open_topics=open_topics)
    return taxonomies, format_text(problems).split("\n") if problems else []


def test_a_missing_taxonomy_file_makes_its_ids_open() -> None:
    taxonomies, problems = read()
    assert problems == []
    assert taxonomies.missing == {"topics.yml", "authors.yml", "stories.yml"}
    assert read(topics="nato: {title: NATO}\n")[0].missing == {"authors.yml", "stories.yml"}


def test_an_empty_taxonomy_file_is_not_missing() -> None:
    taxonomies, problems = read(topics="", authors="# nobody yet\n", stories="\n\n")
    assert (taxonomies.missing, problems) == (frozenset(), [])


def test_a_topic_has_all_its_keys() -> None:
    taxonomies, problems = read(
        topics="world: {title: World, section: true}\n"
        "nato:\n  title: NATO\n  summary: The alliance.\n  parent: world\n  aliases: [north-atlantic]\n"
    )
    assert problems == []
    assert list(taxonomies.topics) == ["world", "nato"]
    assert taxonomies.topics["nato"] == Topic("nato", "NATO", "The alliance.", "world", False, ("north-atlantic",))


def test_an_empty_entry_gets_its_title_from_its_id() -> None:
    taxonomies, problems = read(topics="middle-east:\n", stories="gaza-war:\n")
    assert problems == []
    assert taxonomies.topics["middle-east"].title == "Middle east"
    assert taxonomies.stories["gaza-war"].title == "Gaza war"


def test_an_author_has_name_role_and_addresses() -> None:
    text = "desk:\n  name: World desk\n  role: Desk\n  url: https://example.org/desk\n  email: desk@example.org\n"
    taxonomies, problems = read(authors=text)
    assert problems == []
    author = taxonomies.authors["desk"]
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
def test_an_error_in_a_taxonomy_is_reported_with_its_position(files: dict[str, str], problem: str) -> None:
    problems = read(**files)[1]
    assert any(problem in text for text in problems), problems


def test_an_entry_with_an_error_is_kept_so_that_articles_can_name_it() -> None:
    taxonomies, problems = read(topics="nato: {titel: NATO, parent: wrld}\nworld:\n")
    assert len(problems) == 2
    assert taxonomies.topics["nato"] == Topic("nato", "Nato")


def test_a_parent_and_a_storys_topics_may_be_named_by_an_alias() -> None:
    taxonomies, problems = read(
        topics="world: {aliases: [abroad]}\nnato: {parent: abroad}\n", stories="war: {topics: [abroad, nato, world]}\n"
    )
    assert problems == []
    assert taxonomies.topics["nato"].parent == "world"
    assert taxonomies.stories["war"].topics == ("world", "nato")


def test_stories_may_name_new_topics_where_topics_are_open() -> None:
    assert read(topics="a:\n", stories="war: {topics: [new-one]}\n", open_topics=True)[1] == []
    assert read(stories="war: {topics: [new-one]}\n")[1] == []
    assert len(read(topics="a:\n", stories="war: {topics: [New One]}\n", open_topics=True)[1]) == 1


def test_the_number_of_parents_above_one_another_is_limited() -> None:
    text = "".join(f"t{number}: {{parent: t{number + 1}}}\n" for number in range(MAX_TOPIC_DEPTH + 5))
    taxonomies, problems = read(topics=f"{text}t{MAX_TOPIC_DEPTH + 5}:\n")
    assert any("topics above one another" in text for text in problems)
    assert all(len(list_topic_ancestors(name, taxonomies.topics)) <= MAX_TOPIC_DEPTH for name in taxonomies.topics)


NAMES = st.sampled_from("abcdef")


@given(st.dictionaries(NAMES, NAMES, max_size=6))
@settings(max_examples=100)
def test_no_circle_of_parents_is_left(parents: dict[str, str]) -> None:
    taxonomies, _ = read(topics="".join(f"{name}: {{parent: {parent}}}\n" for name, parent in parents.items()))
    for name in taxonomies.topics:
        ancestors = list_topic_ancestors(name, taxonomies.topics)
        assert ancestors[0] == name
        assert len(set(ancestors)) == len(ancestors)
        assert taxonomies.topics[ancestors[-1]].parent == ""


def test_the_only_ancestor_of_an_unknown_topic_is_itself() -> None:
    assert list_topic_ancestors("nowhere", {}) == ("nowhere",)
