"""Taxonomies: the topics, authors and stories that articles name by id."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Generic, TypeVar

from broadsheet.content.field_reader import FieldReader, explain_bad_slug
from broadsheet.content.yaml_nodes import (
    MAX_TAXONOMY_BYTES,
    MappingNode,
    ScalarNode,
    decode_text,
    parse_yaml,
)
from broadsheet.core import Problem, is_slug, make_suggester, title_from_id

TOPICS_FILE = "topics.yml"
AUTHORS_FILE = "authors.yml"
STORIES_FILE = "stories.yml"
TAXONOMY_FILES = (TOPICS_FILE, AUTHORS_FILE, STORIES_FILE)
"""The files of the content directory with one taxonomy each; each may be missing."""

MAX_TOPIC_DEPTH = 20
"""The largest number of topics from a topic up to the topic without a parent."""

_EMAIL = re.compile(r"[\w.+-]{1,64}@[^\W_][\w-]*(\.[\w-]+)+")


@dataclass(frozen=True, slots=True)
class Topic:
    """A subject of articles."""

    id: str
    title: str
    summary: str = ""
    parent: str = ""
    section: bool = False
    """Whether the topic is in the navigation and has its own part of the front page."""
    aliases: tuple[str, ...] = ()
    """Other ids of this topic."""


@dataclass(frozen=True, slots=True)
class Author:
    """The writer of articles: a person or a group."""

    id: str
    name: str
    role: str = ""
    bio: str = ""
    url: str = ""
    image: str = ""
    """The path of a picture, relative to the content directory."""
    email: str = ""

    @property
    def title(self) -> str:
        """The name, for lists that can show topics, stories and authors."""
        return self.name


@dataclass(frozen=True, slots=True)
class Story:
    """A running story: its articles form a timeline."""

    id: str
    title: str
    summary: str = ""
    topics: tuple[str, ...] = ()


Entry = TypeVar("Entry", Topic, Author, Story)


@dataclass(frozen=True, slots=True)
class Taxonomies:
    """The three taxonomies, each in the order of its file."""

    topics: Mapping[str, Topic] = field(default_factory=dict)
    authors: Mapping[str, Author] = field(default_factory=dict)
    stories: Mapping[str, Story] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    """The files that are missing or cannot be read: the ids of these taxonomies are not checked."""


def parse_taxonomies(
    files: Mapping[str, bytes], label: Callable[[str], str], *, open_topics: bool = False
) -> tuple[Taxonomies, list[Problem]]:
    """Parse the taxonomies from the bytes of their files.

    The valid parts of an entry with an error are kept, so that one typo does not leave out every article that names
    the entry.

    Args:
        files: the contents of the existing files, by file name.
        label: returns a file's name in problems.
        open_topics: whether stories may name topics that are not in topics.yml.

    """
    topics = _parse_entries(files.get(TOPICS_FILE), label(TOPICS_FILE), _read_topic)
    authors = _parse_entries(files.get(AUTHORS_FILE), label(AUTHORS_FILE), _read_author)
    stories = _parse_entries(files.get(STORIES_FILE), label(STORIES_FILE), _read_story)
    known_topics = _check_topics(topics)
    resolved_stories = _resolve_stories(stories, known_topics, is_open=open_topics or not topics.is_readable)
    is_readable = zip(TAXONOMY_FILES, (topics.is_readable, authors.is_readable, stories.is_readable), strict=True)
    taxonomies = Taxonomies(
        MappingProxyType(known_topics),
        MappingProxyType(authors.entries),
        MappingProxyType(resolved_stories),
        frozenset(name for name, readable in is_readable if not readable),
    )
    return taxonomies, [*topics.reader.problems, *authors.reader.problems, *stories.reader.problems]


@dataclass(slots=True)
class _TaxonomyFile(Generic[Entry]):
    """One taxonomy file while it is parsed."""

    reader: FieldReader
    """Reports at the positions of ids and values: 'nato', 'nato.parent', 'nato.aliases.0'."""
    is_readable: bool = False
    """Whether the file exists and can be parsed."""
    entries: dict[str, Entry] = field(default_factory=dict)


def _parse_entries(data: bytes | None, path: str, read: Callable[[str, FieldReader], Entry]) -> _TaxonomyFile[Entry]:
    if data is None:
        return _TaxonomyFile(FieldReader(MappingNode(), path, [], {}))
    text, problems = decode_text(data, path, MAX_TAXONOMY_BYTES)
    root, problems = (None, problems) if problems else parse_yaml(text, path)
    if not isinstance(root, MappingNode):
        is_empty = root is None and not problems
        if root is not None:
            message, hint = "expected ids, each with its keys below it", "write an id and a colon, as in 'world:'"
            problems.append(Problem(path, root.position.line, 0, "", message, hint))
        return _TaxonomyFile(FieldReader(MappingNode(), path, problems, {}), is_readable=is_empty)
    taxonomy: _TaxonomyFile[Entry] = _TaxonomyFile(FieldReader(root, path, problems, {**root.key_positions}), True)
    report = taxonomy.reader.report
    for key, node in root.values.items():
        if not is_slug(key):
            report(key, *explain_bad_slug(key, "id"))
            continue
        # `nato:` with no keys below it is a topic whose title is made from its id.
        is_empty = isinstance(node, ScalarNode) and node.is_null
        if not is_empty and not isinstance(node, MappingNode):
            report(key, "expected keys and values below the id", f"write below '{key}:', indented, 'title: …'")
        fields = node if isinstance(node, MappingNode) else MappingNode(position=root.key_positions[key])
        reader = FieldReader(fields, path, problems, taxonomy.reader.positions, f"{key}.")
        taxonomy.entries[key] = read(key, reader)
        reader.report_unknown_keys()
    return taxonomy


def _read_topic(key: str, reader: FieldReader) -> Topic:
    aliases = reader.read_texts("aliases")
    for index, alias in enumerate(aliases):
        if not is_slug(alias):
            reader.report("aliases", *explain_bad_slug(alias, "id"), index=index)
    return Topic(
        key,
        reader.read_text("title") or title_from_id(key),
        reader.read_text("summary"),
        reader.read_text("parent", prose=False),
        reader.read_flag("section"),
        aliases,
    )


def _read_author(key: str, reader: FieldReader) -> Author:
    email = reader.read_text("email", prose=False)
    if email and not _EMAIL.fullmatch(email):
        reader.report("email", f"'{email[:80]}' is no e-mail address, expected one like desk@example.org")
        email = ""
    name = reader.read_text("name") or title_from_id(key)
    image = reader.read_text("image", prose=False)
    return Author(
        key, name, reader.read_text("role"), reader.read_text("bio"), reader.read_web_address("url"), image, email
    )


def _read_story(key: str, reader: FieldReader) -> Story:
    return Story(
        key, reader.read_text("title") or title_from_id(key), reader.read_text("summary"), reader.read_texts("topics")
    )


def _check_topics(topics: _TaxonomyFile[Topic]) -> dict[str, Topic]:
    """Remove and report taken aliases, unknown parents, and parents that form a circle."""
    owners = {name: name for name in topics.entries}
    checked: dict[str, Topic] = {}
    for topic in topics.entries.values():
        aliases = []
        for index, alias in enumerate(topic.aliases):
            if alias in topics.entries or owners.setdefault(alias, topic.id) != topic.id:
                hint = "an alias belongs to one topic and is no topic's id"
                message = f"'{alias[:60]}' is taken by '{owners[alias]}'"
                topics.reader.report(f"{topic.id}.aliases", message, hint, index=index)
            elif is_slug(alias):
                aliases.append(alias)
        checked[topic.id] = replace(topic, aliases=tuple(aliases))
    suggest_topic = make_suggester(checked)
    for topic in list(checked.values()):
        parent = owners.get(topic.parent, topic.parent)
        message, hint = _explain_bad_parent(topic.id, parent, checked)
        checked[topic.id] = replace(topic, parent="" if message else parent)
        if message:
            topics.reader.report(f"{topic.id}.parent", message, hint or suggest_topic(parent) or "add it to this file")
    return checked


def _explain_bad_parent(name: str, parent: str, topics: Mapping[str, Topic]) -> tuple[str, str]:
    """Return the message and the special hint, if there is one, for a wrong parent; '' and '' for a right one."""
    if not parent:
        return "", ""
    if parent not in topics:
        return f"unknown topic '{parent[:60]}'", ""
    ancestors = list_topic_ancestors(parent, topics)
    if name in ancestors:
        return f"'{parent}' is below '{name}' itself", "take one of the two parents out"
    if len(ancestors) >= MAX_TOPIC_DEPTH:
        return f"more than {MAX_TOPIC_DEPTH} topics above one another, expected fewer", "take this parent out"
    return "", ""


def list_topic_ancestors(name: str, topics: Mapping[str, Topic]) -> tuple[str, ...]:
    """Return a topic's id, followed by the ids of its parent, the parent's parent and so on; a circle ends the list."""
    ancestors: list[str] = []
    while name in topics and name not in ancestors and len(ancestors) < MAX_TOPIC_DEPTH:
        ancestors.append(name)
        name = topics[name].parent
    return tuple(ancestors) or (name,)


def _resolve_stories(stories: _TaxonomyFile[Story], topics: Mapping[str, Topic], *, is_open: bool) -> dict[str, Story]:
    """Replace aliases of topics in stories by the topics' ids, and report unknown topics."""
    names = {name: name for name in topics} | {alias: topic.id for topic in topics.values() for alias in topic.aliases}
    suggest_topic = make_suggester(names)
    resolved: dict[str, Story] = {}
    for story in stories.entries.values():
        resolved[story.id] = replace(story, topics=tuple(dict.fromkeys(names.get(name, name) for name in story.topics)))
        for index, name in enumerate(story.topics):
            if name not in names and not (is_open and is_slug(name)):
                hint = suggest_topic(name) or f"add it to {TOPICS_FILE}"
                stories.reader.report(f"{story.id}.topics", f"unknown topic '{name[:60]}'", hint, index=index)
    return resolved
