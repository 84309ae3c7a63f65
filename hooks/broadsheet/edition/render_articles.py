"""Bodies: the bodies of an edition rendered, on all cores, and only those that have changed."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, as_completed
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from broadsheet.content import Article
from broadsheet.core import Cache, FileStore, call_in_main_thread, digest, has_errors
from broadsheet.rendering import (
    BodyRenderer,
    LimitError,
    Limits,
    LinkMap,
    RenderedBody,
    can_limit,
    die_beyond,
    resolve_link,
)

WORTH_SHARING = 100
"""Fewer bodies are rendered here: a worker takes half a second to get ready."""

_READ_FILES = ("snippets", "include", "b64")
_CHUNKS = 4
_MOST = 400


@dataclass(frozen=True, slots=True)
class MarkdownConfig:
    """How Markdown is rendered."""

    extensions: tuple[str, ...] = ()
    configs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    own_code: bool = False
    """Whether an extension is code or shows icons of the site's own: then nobody knows what its output depends on."""
    limits: Limits = field(default_factory=Limits)
    """Of rendering one body."""

    @property
    def packed(self) -> bytes:
        """The setup as bytes for another process; empty where it cannot be told to one."""
        try:
            return pickle.dumps((self.extensions, self.configs))
        except Exception:  # whatever the objects of a configuration raise
            return b""

    @property
    def is_closed(self) -> bool:
        """Whether what becomes of a body depends on the body alone: some extensions read other files."""
        return not self.own_code and not any(part in name for name in self.extensions for part in _READ_FILES)


class Report(Protocol):
    """Told what is being done, how much of it is done, and of how much; `long`: from how much on that is long."""

    def __call__(self, what: str, done: int, total: int, long: int = ...) -> None:
        """Tell."""


def _say_nothing(what: str, done: int, total: int, long: int = 0) -> None:
    """Report no progress."""


def _hire_nobody() -> None:
    """Do all work here."""


def _ignore(warning: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class BuildResources:
    """What an edition is made ready with."""

    setup: MarkdownConfig = MarkdownConfig()
    executor: Executor | None = None
    """Where work is done at the same time; here without one."""
    workers: int = 1
    cache: Cache = field(default_factory=lambda: Cache(None, ""))
    report: Report = _say_nothing
    warn: Callable[[str], None] = _ignore
    """Told what went wrong and was mended."""
    content: Path | None = None
    """The content directory, in which the pictures are; without it they are published unseen."""
    store: FileStore = field(default_factory=lambda: FileStore(None))
    hire: Callable[[], Executor | None] = _hire_nobody
    """Gives workers for what is worth them in the smallest newspaper: a picture takes as long as 200 bodies."""


@dataclass(frozen=True, slots=True)
class _Job:
    """Bodies to be rendered in one go."""

    setup: MarkdownConfig
    links: LinkMap
    articles: tuple[tuple[Article, str], ...]
    """With the names of their files."""


def render_bodies(
    articles: Sequence[Article], links: LinkMap, name: Callable[[str], str], resources: BuildResources
) -> dict[str, RenderedBody]:
    """The bodies of articles, by path.

    One that was rendered before is taken as it is where all its links lead where they led then. What cannot be
    rendered is not remembered: each build tries it again, for as long as `setup.limits` let it.
    Cost: about 3 ms for a body that is not known, 0.1 ms for one that is.

    Args:
        articles: public ones; `name` gives a file's name in problems.
        links: where links can lead.
        resources: what to work with.

    """
    packed = resources.setup.packed
    common = digest(packed, links.site.encode())
    keys = {article.path: _key(common, article, name) for article in articles}
    found = resources.cache.get("body", keys.values()) if packed and resources.setup.is_closed else {}
    bodies: dict[str, RenderedBody] = {}
    for article in articles:
        known = found.get(keys[article.path])
        if isinstance(known, RenderedBody) and _leads_where_it_did(known, article, links):
            bodies[article.path] = known
    missing = [article for article in articles if article.path not in bodies]
    made = dict(_render_missing(missing, links, name, resources))
    if packed and resources.setup.is_closed:
        resources.cache.put("body", {keys[path]: body for path, body in made.items() if not has_errors(body.problems)})
    bodies |= made
    return {article.path: bodies[article.path] for article in articles}


def _key(common: bytes, article: Article, name: Callable[[str], str]) -> bytes:
    place = "\0".join((article.path, article.url, name(article.path), str(article.body_line)))
    return digest(b"body", common, place.encode(), article.body.encode(errors="surrogatepass"))


def _leads_where_it_did(body: RenderedBody, article: Article, links: LinkMap) -> bool:
    return all(
        resolve_link(address, article.path, article.url, links, fetched=fetched) == found
        for address, fetched, found in body.lookups
    )


def _render_missing(
    articles: Sequence[Article], links: LinkMap, name: Callable[[str], str], resources: BuildResources
) -> Iterator[tuple[str, RenderedBody]]:
    named = [(article, name(article.path)) for article in articles]
    if resources.executor is None or len(named) < WORTH_SHARING or not resources.setup.packed:
        for done, one in enumerate(named, 1):
            yield one[0].path, _render_all(_Job(resources.setup, links, (one,)))[0]
            resources.report("Rendering articles", done, len(named))
        return
    size = min(_MOST, -(-len(named) // (_CHUNKS * resources.workers)))
    jobs = [_Job(resources.setup, links, tuple(named[start : start + size])) for start in range(0, len(named), size)]
    futures = {submit_task(resources.executor, _render_job, job): job for job in jobs}
    done = 0
    for future in as_completed(futures):
        job = futures[future]
        for (article, _), body in zip(job.articles, await_task(future, resources, _render_job, job), strict=True):
            yield article.path, body
        done += len(job.articles)
        resources.report("Rendering articles", done, len(named))


def submit_task(executor: Executor, work: Callable[..., Any], *arguments: Any) -> Future[Any]:
    """Have a worker do something; where the workers have died already, the future says so."""
    try:
        return executor.submit(work, *arguments)
    except BrokenExecutor as error:
        future: Future[Any] = Future()
        future.set_exception(error)
        return future


def await_task(future: Future[Any], resources: BuildResources, work: Callable[..., Any], *arguments: Any) -> Any:
    """What a worker has made; made here when the worker is gone, as when memory ran out."""
    try:
        return future.result()
    except BrokenExecutor:
        resources.warn("a worker process has died, of want of memory perhaps: its work is done again here")
        return work(*arguments)


def _render_job(job: _Job) -> list[RenderedBody]:
    """Do a job in a worker. Those of Dask are threads, in which nothing can be limited."""
    if can_limit() or not hasattr(os, "fork"):
        return _render_all(job)
    rendered: list[RenderedBody] = call_in_main_thread(_render_all, job)
    return rendered


def _render_all(job: _Job) -> list[RenderedBody]:
    renderer = get_renderer(job.setup)
    return [renderer.render(article, job.links, label) for article, label in job.articles]


_renderers: list[tuple[MarkdownConfig, BodyRenderer]] = []


def get_renderer(setup: MarkdownConfig) -> BodyRenderer:
    """The renderer of this process for a setup, built once: that takes as long as fifty bodies."""
    for known, renderer in _renderers:
        if known == setup:
            return renderer
    apart = partial(_render_apart, setup) if setup.packed and hasattr(os, "fork") else None
    renderer = BodyRenderer(setup.extensions, setup.configs, setup.limits, apart)
    _renderers[:] = [(setup, renderer)]
    return renderer


def _render_apart(setup: MarkdownConfig, article: Article, links: LinkMap, label: str) -> RenderedBody:
    try:
        body: RenderedBody = call_in_main_thread(_render_mortally, setup, article, links, label)
    except (BrokenExecutor, MemoryError):
        limits = setup.limits
        raise LimitError(f"{limits.seconds:g} s of processor time or {limits.megabytes:g} MB of memory") from None
    return body


def _render_mortally(setup: MarkdownConfig, article: Article, links: LinkMap, label: str) -> RenderedBody:
    renderer = get_renderer(setup)
    renderer.warm_up()
    with die_beyond(setup.limits):
        return renderer.render_strictly(article, links, label)
