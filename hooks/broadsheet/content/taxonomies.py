"""Registers: the topics, authors and stories that articles name by id."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Generic, TypeVar

from broadsheet.content.field_reader import FieldReader
from broadsheet.content.yaml_nodes import MAX_REGISTER, Entries, Scalar, SourcePosition, decode_text, parse_yaml
from broadsheet.core import Problem, is_slug, make_suggester, slugify, title_from_id

TOPICS_FILE = "topics.yml"
AUTHORS_FILE = "authors.yml"
STORIES_FILE = "stories.yml"
REGISTER_FILES = (TOPICS_FILE, AUTHORS_FILE, STORIES_FILE)
"""The files of the content directory that hold a register each; any may be missing."""

MAX_PARENTS = 20
"""The most topics in a line from a topic up to the one that has no parent."""

_EMAIL = re.compile(r"[\w.+-]{1,64}@[^\W_][\w-]*(\.[\w-]+)+")


@dataclass(frozen=True, slots=True)
class Topic:
    """A subject that articles are filed under."""

    id: str
    title: str
    summary: str = ""
    parent: str = ""
    section: bool = False
    """Whether it stands in the navigation and has its own part of the front page."""
    aliases: tuple[str, ...] = ()
    """Other ids that mean this topic."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote: a person or a desk."""

    id: str
    name: str
    role: str = ""
    bio: str = ""
    url: str = ""
    image: str = ""
    """A picture's path relative to the content directory."""
    email: str = ""

    @property
    def title(self) -> str:
        """The name, for lists that show topics, stories and authors alike."""
        return self.name


@dataclass(frozen=True, slots=True)
class Story:
    """A running story, which ties articles into a timeline."""

    id: str
    title: str
    summary: str = ""
    topics: tuple[str, ...] = ()


Entry = TypeVar("Entry", Topic, Author, Story)


@dataclass(frozen=True, slots=True)
class Taxonomies:
    """The three registers, each in the order of its file."""

    topics: Mapping[str, Topic] = field(default_factory=dict)
    authors: Mapping[str, Author] = field(default_factory=dict)
    stories: Mapping[str, Story] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    """The register files that are not there or cannot be read: with nothing to check ids against, they are open."""


def parse_taxonomies(
    files: Mapping[str, bytes], label: Callable[[str], str], *, open_topics: bool = False
) -> tuple[Taxonomies, list[Problem]]:
    """Read the registers out of their files' bytes, keyed by file name.

    Of an entry with a fault the rest is kept, so that one typo does not make every article that names it faulty.

    Args:
        files: those that are there.
        label: gives a file's name in problems.
        open_topics: whether stories may name topics that no register has.

    """
    topics = _parse_entries(files.get(TOPICS_FILE), label(TOPICS_FILE), _read_topic)
    authors = _parse_entries(files.get(AUTHORS_FILE), label(AUTHORS_FILE), _read_author)
    stories = _parse_entries(files.get(STORIES_FILE), label(STORIES_FILE), _read_story)
    known = _mend_topics(topics)
    told = _resolve_stories(stories, known, is_open=open_topics or not topics.sound)
    sound = {TOPICS_FILE: topics.sound, AUTHORS_FILE: authors.sound, STORIES_FILE: stories.sound}
    registers = Taxonomies(
        MappingProxyType(known),
        MappingProxyType(authors.entries),
        MappingProxyType(told),
        frozenset(name for name, is_sound in sound.items() if not is_sound),
    )
    return registers, [*topics.problems, *authors.problems, *stories.problems]


@dataclass(slots=True)
class _Reading(Generic[Entry]):
    """One register while it is read."""

    path: str
    """The file as problems name it."""
    sound: bool = False
    """Whether the file is there and can be read."""
    entries: dict[str, Entry] = field(default_factory=dict)
    positions: dict[str, SourcePosition] = field(default_factory=dict)
    """Where ids and values stand: 'nato', 'nato.parent', 'nato.aliases.0'."""
    problems: list[Problem] = field(default_factory=list)

    def fault(self, key: str, message: str, hint: str, index: int | None = None) -> None:
        """Note a problem with a key, at the place of its value or of the item of that index."""
        mark = self.positions[key if index is None else f"{key}.{index}"]
        self.problems.append(Problem(self.path, mark.line, mark.column, key[:80], message, hint))


def _parse_entries(data: bytes | None, path: str, read: Callable[[str, FieldReader], Entry]) -> _Reading[Entry]:
    reading: _Reading[Entry] = _Reading(path)
    if data is None:
        return reading
    text, broken = decode_text(data, path, MAX_REGISTER)
    root, broken = (None, broken) if broken else parse_yaml(text, path)
    reading.problems += broken
    if not isinstance(root, Entries):
        reading.sound = root is None and not broken
        if root is not None:
            message, hint = "expected ids, each with its keys below it", "write an id and a colon, as in 'world:'"
            reading.problems.append(Problem(path, root.mark.line, 0, "", message, hint))
        return reading
    reading.sound = True
    reading.positions |= root.keys
    for key, node in root.entries.items():
        if not is_slug(key):
            reading.fault(key, *_refuse_id(key))
            continue
        # `nato:` with nothing below it is a topic with a title of its own making.
        empty = isinstance(node, Scalar) and node.is_null
        if not empty and not isinstance(node, Entries):
            reading.fault(key, "expected keys and values below the id", f"write below '{key}:', indented, 'title: …'")
        fields = node if isinstance(node, Entries) else Entries(mark=root.keys[key])
        reader = FieldReader(fields, path, reading.problems, reading.positions, f"{key}.")
        reading.entries[key] = read(key, reader)
        reader.finish()
    return reading


def _refuse_id(name: str) -> tuple[str, str]:
    """The message and the hint for an id that is no slug."""
    nearest = slugify(name)
    message = f"'{name[:60]}' is no id, expected lower-case words joined by hyphens"
    return message, f"try '{nearest}'" if nearest else ""


def _read_topic(key: str, reader: FieldReader) -> Topic:
    aliases = reader.texts("aliases")
    for index, alias in enumerate(aliases):
        if not is_slug(alias):
            reader.fault("aliases", *_refuse_id(alias), index=index)
    return Topic(
        key,
        reader.text("title") or title_from_id(key),
        reader.text("summary"),
        reader.text("parent", prose=False),
        reader.flag("section"),
        aliases,
    )


def _read_author(key: str, reader: FieldReader) -> Author:
    email = reader.text("email", prose=False)
    if email and not _EMAIL.fullmatch(email):
        reader.fault("email", f"'{email[:80]}' is no e-mail address, expected one like desk@example.org")
        email = ""
    name = reader.text("name") or title_from_id(key)
    image = reader.text("image", prose=False)
    return Author(key, name, reader.text("role"), reader.text("bio"), reader.web_address("url"), image, email)


def _read_story(key: str, reader: FieldReader) -> Story:
    return Story(key, reader.text("title") or title_from_id(key), reader.text("summary"), reader.texts("topics"))


def _mend_topics(topics: _Reading[Topic]) -> dict[str, Topic]:
    """Topics without what would lead nowhere: aliases that are taken, parents that are unknown or go in circles."""
    owners = {name: name for name in topics.entries}
    mended: dict[str, Topic] = {}
    for topic in topics.entries.values():
        kept = []
        for index, alias in enumerate(topic.aliases):
            if alias in topics.entries or owners.setdefault(alias, topic.id) != topic.id:
                hint = "an alias belongs to one topic and is no topic's id"
                topics.fault(f"{topic.id}.aliases", f"'{alias[:60]}' is taken by '{owners[alias]}'", hint, index)
            elif is_slug(alias):
                kept.append(alias)
        mended[topic.id] = replace(topic, aliases=tuple(kept))
    suggest_topic = make_suggester(mended)
    for topic in list(mended.values()):
        parent = owners.get(topic.parent, topic.parent)
        message, hint = _find_parent_fault(topic.id, parent, mended)
        mended[topic.id] = replace(topic, parent="" if message else parent)
        if message:
            topics.fault(f"{topic.id}.parent", message, hint or suggest_topic(parent) or "add it to this file")
    return mended


def _find_parent_fault(name: str, parent: str, topics: Mapping[str, Topic]) -> tuple[str, str]:
    """The message and the hint, if it has one of its own, of what is wrong with a parent, or twice ''."""
    if not parent:
        return "", ""
    if parent not in topics:
        return f"unknown topic '{parent[:60]}'", ""
    line = list_topic_ancestors(parent, topics)
    if name in line:
        return f"'{parent}' is below '{name}' itself", "take one of the two parents out"
    if len(line) >= MAX_PARENTS:
        return f"more than {MAX_PARENTS} topics above one another, expected fewer", "take this parent out"
    return "", ""


def list_topic_ancestors(name: str, topics: Mapping[str, Topic]) -> tuple[str, ...]:
    """A topic's id followed by its parent's, its parent's parent's and so on; ends where a circle closes."""
    line: list[str] = []
    while name in topics and name not in line and len(line) < MAX_PARENTS:
        line.append(name)
        name = topics[name].parent
    return tuple(line) or (name,)


def _resolve_stories(stories: _Reading[Story], topics: Mapping[str, Topic], *, is_open: bool) -> dict[str, Story]:
    """Stories with the ids of topics in place of their aliases; a topic that is unknown is reported."""
    names = {name: name for name in topics} | {alias: topic.id for topic in topics.values() for alias in topic.aliases}
    suggest_topic = make_suggester(names)
    resolved: dict[str, Story] = {}
    for story in stories.entries.values():
        resolved[story.id] = replace(story, topics=tuple(dict.fromkeys(names.get(one, one) for one in story.topics)))
        for index, name in enumerate(story.topics):
            if name not in names and not (is_open and is_slug(name)):
                hint = suggest_topic(name) or f"add it to {TOPICS_FILE}"
                stories.fault(f"{story.id}.topics", f"unknown topic '{name[:60]}'", hint, index)
    return resolved
