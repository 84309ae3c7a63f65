"""Library: every sound article with the registers, checked against each other."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from broadsheet.content.article import Article
from broadsheet.content.article_file import parse_article
from broadsheet.content.content_dir import ARTICLES_DIR, ContentFiles
from broadsheet.content.site_config import SiteConfig
from broadsheet.content.taxonomies import AUTHORS_FILE, STORIES_FILE, TOPICS_FILE, Taxonomies, parse_taxonomies
from broadsheet.content.yaml_nodes import SourcePosition
from broadsheet.core import Cache, Problem, digest, has_errors, is_slug, make_suggester, slugify


@dataclass(frozen=True, slots=True)
class Library:
    """All that could be read, public or not. Articles are sorted by path and have no error."""

    articles: tuple[Article, ...] = ()
    registers: Taxonomies = field(default_factory=Taxonomies)
    media: Collection[str] = ()
    """Paths of the files that articles may publish."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """Paths of files that articles may not publish, with the reason."""
    label: str = "content"
    problems: tuple[Problem, ...] = ()
    faulty: frozenset[str] = frozenset()
    """Paths of the articles that were left out for an error."""

    def name(self, path: str) -> str:
        """A file of the content directory as problems name it."""
        return f"{self.label}/{path}"


def build_library(source: ContentFiles, config: SiteConfig, cache: Cache | None = None) -> Library:
    """Read and check everything in a source; what has an error is left out, and the problem kept.

    Cost: about 0.5 ms for an article that the cache does not know, most of it YAML; 0.1 ms for another.
    """
    registers, problems = parse_taxonomies(source.registers, source.name, open_topics=config.open_topics)
    problems += source.problems
    checks = _set_checks(registers, config)
    sound: list[Article] = []
    faulty: set[str] = set()
    for path, article, told in _parse_all(source, config, cache):
        found = list(told)
        if article is not None:
            found += _check_ids(article, source.name(path), checks)
        problems += found
        if article is None or has_errors(found):
            faulty.add(path)
        else:
            sound.append(_resolve_topics(article, checks[0]))
    clashing, clashes = _find_clashes(sound, source)
    faulty |= clashing
    articles = tuple(article for article in sound if article.path not in clashing)
    problems += clashes + _check_choices(articles, faulty, source)
    return Library(
        articles,
        registers,
        source.media,
        source.refused,
        label=source.label,
        problems=tuple(sorted(problems)),
        faulty=frozenset(faulty),
    )


_Parsed = tuple[Article | None, tuple[Problem, ...]]


def _parse_all(
    source: ContentFiles, config: SiteConfig, cache: Cache | None
) -> Iterator[tuple[str, Article | None, tuple[Problem, ...]]]:
    """Every article file as `parse_article` reads it, by path, with what is wrong with it."""
    paths = sorted(source.articles)
    zone = str(config.zone)
    keys = {
        path: digest(b"article", path.encode(), source.label.encode(), zone.encode(), source.articles[path])
        for path in (paths if cache else ())
    }
    known = cache.get("article", keys.values()) if cache else {}
    new: dict[bytes, object] = {}
    for path in paths:
        found = known.get(keys[path]) if cache else None
        if not isinstance(found, tuple):
            article, problems = parse_article(source.articles[path], path, source.name(path), config.zone)
            found = (article, tuple(problems))
            if cache:
                new[keys[path]] = found
        yield path, *cast("_Parsed", found)
    if cache:
        cache.put("article", new)


@dataclass(frozen=True, slots=True)
class _Check:
    """How the ids under one key of articles are checked."""

    key: str
    noun: str
    known: Mapping[str, str]
    """Ids and their aliases, each with the id that is meant."""
    file: str
    is_open: bool
    suggest: Callable[[str], str]

    def explain(self, name: str) -> tuple[str, str]:
        """The message and the hint for a name that is no id."""
        if self.is_open:
            nearest = slugify(name)
            fallback = f"try '{nearest}'" if nearest else ""
            message = f"'{name[:60]}' is no {self.noun}, expected lower-case words joined by hyphens"
        else:
            message, fallback = f"unknown {self.noun} '{name[:60]}'", f"add it to {self.file}"
        return message, self.suggest(name) or fallback


def _set_checks(registers: Taxonomies, config: SiteConfig) -> tuple[_Check, ...]:
    topics = {alias: topic.id for topic in registers.topics.values() for alias in topic.aliases}
    table: list[tuple[str, str, dict[str, str], str, bool]] = [
        ("topics", "topic", {**topics, **{name: name for name in registers.topics}}, TOPICS_FILE, config.open_topics),
        ("authors", "author", {name: name for name in registers.authors}, AUTHORS_FILE, config.open_authors),
        ("story", "story", {name: name for name in registers.stories}, STORIES_FILE, False),
    ]
    return tuple(
        _Check(key, noun, known, file, is_open or file in registers.missing, make_suggester(known))
        for key, noun, known, file, is_open in table
    )


def _check_ids(article: Article, label: str, checks: Iterable[_Check]) -> list[Problem]:
    """A problem for each topic, author and story that no register has."""
    named = {"topics": article.topics, "authors": article.authors, "story": (article.story,) if article.story else ()}
    problems = []
    for check in checks:
        for index, name in enumerate(named[check.key]):
            if name in check.known or (check.is_open and is_slug(name)):
                continue
            mark = article.marks.get(f"{check.key}.{index}") or article.marks.get(check.key, SourcePosition(1, 1))
            problems.append(Problem(label, mark.line, mark.column, check.key, *check.explain(name)))
    return problems


def _resolve_topics(article: Article, check: _Check) -> Article:
    """The article with the ids of its topics in place of their aliases."""
    topics = tuple(dict.fromkeys(check.known.get(name, name) for name in article.topics))
    return article if topics == article.topics else replace(article, topics=topics)


def _find_clashes(articles: Sequence[Article], source: ContentFiles) -> tuple[set[str], list[Problem]]:
    """The paths of articles that want another's address, and a problem for each that names the other.

    Of two articles with one URL neither is sound; an alias must give way to an article that has its URL there.
    """
    claims: dict[str, list[tuple[Article, str]]] = {}
    for article in articles:
        claims.setdefault(article.url, []).append((article, "slug"))
        for index, alias in enumerate(article.aliases):
            claims.setdefault(alias, []).append((article, f"aliases.{index}"))
    clashing: set[str] = set()
    problems = []
    for url, claimants in claims.items():
        owners = [article for article, key in claimants if key == "slug"]
        for article, key in claimants if len({article.path for article, _ in claimants}) > 1 else ():
            if owners == [article]:
                continue
            other = next(twin for twin in [*owners, *(one for one, _ in claimants)] if twin is not article)
            mark = article.marks.get(key, SourcePosition(1, 1))
            name = key.partition(".")[0]
            message = f"the address /{url} is also that of {source.name(other.path)}"
            hint = "give one of them another slug" if name == "slug" else "take the alias out"
            problems.append(Problem(source.name(article.path), mark.line, mark.column, name, message, hint))
            clashing.add(article.path)
    return clashing, problems


def find_article(reference: str, near: str, paths: Mapping[str, str]) -> str:
    """The path of the article that a slug, a path or a URL means, or ''.

    Args:
        reference: as an editor wrote it in `related`, or a user on the command line.
        near: the path of the article that refers, from which relative paths are meant.
        paths: slugs, paths and URLs, each with its article's path (see `index_references`).

    """
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(near), reference))
    tries = [reference, beside, f"{ARTICLES_DIR}/{reference}", reference.strip("/"), f"{ARTICLES_DIR}/{reference}.md"]
    return next((paths[one] for one in tries if one in paths), "")


def index_references(articles: Collection[Article]) -> dict[str, str]:
    """Every name an article can be called by, with its path; a slug that two share names neither."""
    index: dict[str, str] = {}
    shared: set[str] = set()
    for article in articles:
        if article.slug in index:
            shared.add(article.slug)
        index[article.slug] = article.path
    index = {slug: path for slug, path in index.items() if slug not in shared}
    for article in articles:
        index[article.path] = article.path
        index[article.url.strip("/")] = article.path
    return index


def _check_choices(articles: Sequence[Article], faulty: Collection[str], source: ContentFiles) -> list[Problem]:
    """A problem for every pin or veto that names no article."""
    index = index_references(articles)
    slugs = {article.slug for article in articles}
    # One that names a faulty article is right, and that article's own problem is told.
    known_faulty = {name: path for path in faulty for name in (path, slugify(posixpath.basename(path)[:-3]))}
    suggest_reference = make_suggester(index)
    problems = []
    for article in articles:
        for kind, references in (("pin", article.related.pin), ("never", article.related.never)):
            for place, reference in enumerate(references):
                if any(find_article(reference, article.path, names) for names in (index, known_faulty)):
                    continue
                marks = article.marks
                mark = marks.get(f"related.{kind}.{place}") or marks.get(f"related.{place}", SourcePosition(1, 1))
                if reference in slugs:
                    message, hint = f"more than one article has the slug '{reference[:60]}'", "give its path"
                else:
                    hint = suggest_reference(reference) or "give its slug or its path"
                    message = f"no article '{reference[:60]}'"
                label = source.name(article.path)
                problems.append(Problem(label, mark.line, mark.column, f"related.{kind}", message, hint, "warning"))
    return problems
