"""The related lists of an edition: computed while bodies are rendered, and cached until an article changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from broadsheet import related
from broadsheet.core import digest, map_in_forks
from broadsheet.edition.plan import Plan
from broadsheet.edition.render_articles import BuildResources, await_task, submit_task
from broadsheet.related import Document, Ranking

Ranker = Callable[[Plan, BuildResources], Callable[[], Ranking]]
"""Starts to compare the articles of a plan, and returns a function that waits for the lists."""


def start_related_lists(plan: Plan, resources: BuildResources) -> Callable[[], Ranking]:
    """Start to compare the articles of a plan, unless the cache has their lists, and return a function that waits."""
    count = plan.config.related_count
    key = compute_related_key(plan.documents, count)
    cached = resources.cache.get("ranking", [key]).get(key)
    if isinstance(cached, Ranking):
        return lambda: cached
    future = (
        submit_task(resources.executor, compute_related_lists, plan.documents, count) if resources.executor else None
    )

    def wait() -> Ranking:
        resources.report("Comparing articles", 0, len(plan.documents))
        arguments = (plan.documents, count)
        ranking: Ranking = (
            compute_related_lists(*arguments)
            if future is None
            else await_task(future, resources, compute_related_lists, *arguments)
        )
        resources.report("Comparing articles", len(plan.documents), len(plan.documents))
        resources.cache.put("ranking", {key: ranking})
        return ranking

    return wait


def compute_related_lists(documents: Sequence[Document], count: int) -> Ranking:
    """Run `related.rank` on all cores; a function of this module, so that a worker process can import it."""
    return related.rank(documents, count, map_in_forks)


def compute_related_key(documents: Sequence[Document], count: int) -> bytes:
    """A digest of everything that the related lists depend on. Cost: about 15 µs a document."""
    texts = [(document.headline, document.dek, document.body) for document in documents]
    return digest(
        b"ranking",
        str(count).encode(),
        *(part.encode(errors="surrogatepass") for text in texts for part in text),
        *(repr(_list_metadata(document)).encode() for document in documents),
    )


def _list_metadata(document: Document) -> tuple[object, ...]:
    published = document.published.isoformat()
    references = (document.topics, document.links, document.pins, document.never, document.shown)
    return (document.id, document.url, published, document.story, document.language, document.off, *references)
