"""Render the bodies of articles on all cores, and only those that have changed."""

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
    end_process_beyond,
    resolve_link,
)

MIN_SHARED_BODIES = 100
"""Fewer bodies are rendered in this process: a worker takes half a second to start."""

_READ_FILES = ("snippets", "include", "b64")
_CHUNKS_PER_WORKER = 4
_MAX_CHUNK_SIZE = 400


@dataclass(frozen=True, slots=True)
class MarkdownConfig:
    """The Markdown extensions, their settings, and the limits of rendering."""

    extensions: tuple[str, ...] = ()
    configs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    own_code: bool = False
    """Whether an extension is code or shows icons of the site's own: then nobody knows what its output depends on."""
    limits: Limits = field(default_factory=Limits)
    """How much time and memory one body may take."""

    @property
    def pickled(self) -> bytes:
        """The configuration as bytes for another process; empty if it cannot be pickled."""
        try:
            return pickle.dumps((self.extensions, self.configs))
        except Exception:  # whatever the objects of a configuration raise
            return b""

    @property
    def is_self_contained(self) -> bool:
        """Whether a rendered body depends on the article alone: some extensions read other files."""
        return not self.own_code and not any(part in name for name in self.extensions for part in _READ_FILES)


class ReportProgress(Protocol):
    """A function that reports progress: the work, the number done and the total; from a total of `long` on it shows."""

    def __call__(self, what: str, done: int, total: int, long: int = ...) -> None:
        """Report progress."""


@dataclass(frozen=True, slots=True)
class BuildResources:
    """The means of a build: how Markdown is rendered, workers, cache, directories and messages."""

    markdown: MarkdownConfig = MarkdownConfig()
    executor: Executor | None = None
    """The workers; None if all work is done in this process."""
    workers: int = 1
    cache: Cache = field(default_factory=lambda: Cache(None, ""))
    report: ReportProgress = lambda what, done, total, long=0: None
    warn: Callable[[str], None] = lambda _: None
    """Called with a message when something failed and was done in another way."""
    content: Path | None = None
    """The content directory with the images; without it images are published without being inspected."""
    store: FileStore = field(default_factory=lambda: FileStore(None))
    start_workers: Callable[[], Executor | None] = lambda: None
    """Starts workers in a newspaper too small to have them otherwise: an image takes as long as 200 bodies."""


@dataclass(frozen=True, slots=True)
class _Job:
    """Bodies that one worker renders in one call."""

    markdown: MarkdownConfig
    links: LinkMap
    articles: tuple[tuple[Article, str], ...]
    """Articles, each with its file's name for problems."""


def render_bodies(
    articles: Sequence[Article], links: LinkMap, name: Callable[[str], str], resources: BuildResources
) -> dict[str, RenderedBody]:
    """The bodies of articles, by path.

    A cached body is used if all its links still lead to the same URLs. A body that cannot be rendered is not cached:
    each build tries again, within `markdown.limits`.
    Cost: about 3 ms for a body that is not cached, 0.1 ms for one that is.

    Args:
        articles: the articles to render; `name` gives a file's name in problems.
        links: where links can lead.
        resources: the Markdown configuration, the workers and the cache.

    """
    pickled = resources.markdown.pickled
    common = digest(pickled, links.site.encode())
    keys = {article.path: _compute_key(common, article, name) for article in articles}
    is_cacheable = pickled and resources.markdown.is_self_contained
    cached = resources.cache.get("body", keys.values()) if is_cacheable else {}
    bodies: dict[str, RenderedBody] = {}
    for article in articles:
        body = cached.get(keys[article.path])
        if isinstance(body, RenderedBody) and _has_same_links(body, article, links):
            bodies[article.path] = body
    missing = [article for article in articles if article.path not in bodies]
    rendered = dict(_render_missing(missing, links, name, resources))
    if is_cacheable:
        sound = {keys[path]: body for path, body in rendered.items() if not has_errors(body.problems)}
        resources.cache.put("body", sound)
    bodies |= rendered
    return {article.path: bodies[article.path] for article in articles}


def update_bodies(
    bodies: Mapping[str, RenderedBody],
    articles: Sequence[Article],
    links: LinkMap,
    name: Callable[[str], str],
    resources: BuildResources,
) -> dict[str, RenderedBody]:
    """The bodies of articles, by path, after links have changed: only bodies with changed links are rendered again.

    Args:
        bodies: the bodies of all these articles, rendered with the links of before.
        articles: the articles; `name` gives a file's name in problems.
        links: where links can lead now.
        resources: the Markdown configuration, the workers and the cache.

    """
    changed = [article for article in articles if not _has_same_links(bodies[article.path], article, links)]
    rendered = render_bodies(changed, links, name, resources)
    return {article.path: rendered.get(article.path) or bodies[article.path] for article in articles}


def _compute_key(common: bytes, article: Article, name: Callable[[str], str]) -> bytes:
    place = "\0".join((article.path, article.url, name(article.path), str(article.body_line), article.language))
    return digest(b"body", common, place.encode(), article.body.encode(errors="surrogatepass"))


def _has_same_links(body: RenderedBody, article: Article, links: LinkMap) -> bool:
    return all(
        resolve_link(address, article.path, article.url, links, fetched=fetched) == resolved
        for address, fetched, resolved in body.lookups
    )


def _render_missing(
    articles: Sequence[Article], links: LinkMap, name: Callable[[str], str], resources: BuildResources
) -> Iterator[tuple[str, RenderedBody]]:
    labelled = [(article, name(article.path)) for article in articles]
    if resources.executor is None or len(labelled) < MIN_SHARED_BODIES or not resources.markdown.pickled:
        for done, pair in enumerate(labelled, 1):
            yield pair[0].path, _render_all(_Job(resources.markdown, links, (pair,)))[0]
            resources.report("Rendering articles", done, len(labelled))
        return
    size = min(_MAX_CHUNK_SIZE, -(-len(labelled) // (_CHUNKS_PER_WORKER * resources.workers)))
    jobs = [
        _Job(resources.markdown, links, tuple(labelled[start : start + size]))
        for start in range(0, len(labelled), size)
    ]
    futures = {submit_task(resources.executor, _render_job, job): job for job in jobs}
    done = 0
    for future in as_completed(futures):
        job = futures[future]
        for (article, _), body in zip(job.articles, await_task(future, resources, _render_job, job), strict=True):
            yield article.path, body
        done += len(job.articles)
        resources.report("Rendering articles", done, len(labelled))


def submit_task(executor: Executor, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
    """Submit a task; if the workers have died already, the future holds that error."""
    try:
        return executor.submit(function, *arguments)
    except BrokenExecutor as error:
        future: Future[Any] = Future()
        future.set_exception(error)
        return future


def await_task(future: Future[Any], resources: BuildResources, function: Callable[..., Any], *arguments: Any) -> Any:
    """The result of a task; when its worker has died, as when memory ran out, the task is run in this process."""
    try:
        return future.result()
    except BrokenExecutor:
        resources.warn("a worker process has died, of want of memory perhaps: its work is done again here")
        return function(*arguments)


def _render_job(job: _Job) -> list[RenderedBody]:
    """Render the bodies of a job in a worker.

    Dask runs it in a thread, where time and memory cannot be limited: then a child process renders them.
    """
    if can_limit() or not hasattr(os, "fork"):
        return _render_all(job)
    rendered: list[RenderedBody] = call_in_main_thread(_render_all, job)
    return rendered


def _render_all(job: _Job) -> list[RenderedBody]:
    renderer = get_renderer(job.markdown)
    return [renderer.render(article, job.links, label) for article, label in job.articles]


_renderers: list[tuple[MarkdownConfig, BodyRenderer]] = []


def get_renderer(markdown: MarkdownConfig) -> BodyRenderer:
    """The renderer of this process for a configuration; it is built once, which takes as long as fifty bodies."""
    for cached, renderer in _renderers:
        if cached == markdown:
            return renderer
    render_in_fork = partial(_render_in_fork, markdown) if markdown.pickled and hasattr(os, "fork") else None
    renderer = BodyRenderer(markdown.extensions, markdown.configs, markdown.limits, render_in_fork)
    _renderers[:] = [(markdown, renderer)]
    return renderer


def _render_in_fork(markdown: MarkdownConfig, article: Article, links: LinkMap, label: str) -> RenderedBody:
    try:
        body: RenderedBody = call_in_main_thread(_render_within_limits, markdown, article, links, label)
    except (BrokenExecutor, MemoryError):
        limits = markdown.limits
        raise LimitError(f"{limits.seconds:g} s of processor time or {limits.megabytes:g} MB of memory") from None
    return body


def _render_within_limits(markdown: MarkdownConfig, article: Article, links: LinkMap, label: str) -> RenderedBody:
    renderer = get_renderer(markdown)
    renderer.warm_up()
    with end_process_beyond(markdown.limits):
        return renderer.render_strictly(article, links, label)
