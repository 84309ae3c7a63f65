"""Developing: the pictures of an edition looked at, and made in the sizes that its pages show, once."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from broadsheet.content import Library
from broadsheet.core import SITE_URLS, BroadsheetError, Problem, digest, make_process_pool, media_url
from broadsheet.edition.render_articles import BuildResources, submit_task
from broadsheet.images import (
    ENCODER_VERSION,
    ImageInfo,
    PublishedImage,
    Variants,
    format_from_name,
    inspect_image,
    list_variant_widths,
    make_variants,
    name_variant,
)

RENDITIONS_ROOT = SITE_URLS["pictures"]
"""Where renditions are published: apart from what writers name, so that none takes the place of a writer's file.
Their names have a digest of what is in them, so that a reader's browser never shows an old one."""

WORTH_SHARING = 3
"""Fewer pictures are made here: a worker takes half a second to get ready, as long as a picture."""

_BROKE_DOWN = "the process that decoded the picture broke down, of want of memory perhaps"
_LONG = 10
"""A writer who waits for so many pictures wants to know how far they are."""


@dataclass(frozen=True, slots=True)
class Developed:
    """Which renditions a picture has: their widths."""

    widths: tuple[int, ...] = ()
    fault: str = ""


def inspect_images(library: Library, resources: BuildResources) -> Library:
    """A library that knows its pictures, those that cannot be shown among what is refused, with the reason.

    Cost: 20 µs for a file that has not changed since, about 10 ms for another.
    """
    if resources.content is None:
        return library
    keys: dict[str, bytes] = {}
    for path in library.media:
        status = _find_status(resources.content / path) if format_from_name(path) else None
        if status:
            keys[path] = digest(b"look", ENCODER_VERSION.encode(), path.encode(), status.encode())
    found = resources.cache.get("picture", keys.values())
    looks: dict[str, ImageInfo] = {}
    for path, key in keys.items():
        known = found.get(key)
        looks[path] = known if isinstance(known, ImageInfo) else _look_at(resources.content / path)
    resources.cache.put("picture", {keys[path]: look for path, look in looks.items() if keys[path] not in found})
    refused = {path: look.error for path, look in looks.items() if look.error}
    if not refused:
        return replace(library, pictures=looks)
    media = [path for path in library.media if path not in refused]
    return replace(library, pictures=looks, media=frozenset(media), refused={**library.refused, **refused})


def _find_status(path: Path) -> str:
    """What is another when a file is another; '' where it cannot be read."""
    try:
        status = path.stat()
    except OSError:
        return ""
    return f"{status.st_size} {status.st_mtime_ns}"


def _look_at(path: Path) -> ImageInfo:
    try:
        return inspect_image(path.read_bytes())
    except OSError as error:
        return ImageInfo(error=f"not readable: {error.strerror}")


def make_image_variants(
    paths: Collection[str], library: Library, resources: BuildResources
) -> tuple[dict[str, PublishedImage], list[Problem]]:
    """The pictures that an edition publishes, by URL, each in all its sizes, and what is wrong with them.

    Cost: about 1 s for a photograph of 12 million pixels that has not been seen before, shared by as many
    processes as there are cores; 30 µs for another.
    """
    looks = {path: library.pictures[path] for path in sorted(paths) if path in library.pictures}
    developed = _find_known(looks, resources)
    missing = [path for path in looks if path not in developed]
    for done, (path, made) in enumerate(_make_missing(missing, looks, resources), 1):
        developed[path] = _keep(looks[path], made, resources)
        resources.report("Making pictures", done, len(missing), _LONG)
    # What broke down may go well the next time.
    certain = [path for path in missing if developed[path].fault != _BROKE_DOWN]
    resources.cache.put("renditions", {looks[path].key: developed[path] for path in certain})
    names = [name_variant(looks[path], width) for path, one in developed.items() for width in one.widths]
    resources.store.prune(frozenset(names))
    pictures: dict[str, PublishedImage] = {}
    problems: list[Problem] = []
    for path, look in looks.items():
        pictures[media_url(path)] = _make_picture(path, look, developed[path].widths)
        problems += _find_problems(library.name(path), look, developed[path])
    return pictures, problems


def _make_picture(path: str, look: ImageInfo, widths: Sequence[int]) -> PublishedImage:
    url = media_url(path)
    found = [(width, f"{RENDITIONS_ROOT}{name_variant(look, width)}") for width in sorted(widths)]
    if found and found[-1][0] < list_variant_widths(look)[-1]:
        # Where the original is the smaller file, it is the widest to choose from: nobody gets a blurred picture.
        found.append((look.width, url))
    return PublishedImage(url, path, look.width, look.height, tuple(found), look.key.hex())


def read_image_variant(picture: PublishedImage, url: str, resources: BuildResources) -> bytes:
    """The bytes of a picture's rendition; made again should another build have removed them.

    Raises:
        BroadsheetError: when the picture has become another since the build began.

    """
    name = posixpath.basename(url)
    data = resources.store.load(name)
    if data is None and resources.content is not None:
        original = (resources.content / picture.path).read_bytes()
        look = inspect_image(original)
        _keep(look, make_variants(original, look), resources)
        data = resources.store.load(name)
    if data is None:
        raise BroadsheetError(f"'{picture.path}' was changed while the site was built: build it again")
    return data


def _find_known(looks: Mapping[str, ImageInfo], resources: BuildResources) -> dict[str, Developed]:
    """The pictures whose renditions are all there."""
    found = resources.cache.get("renditions", [look.key for look in looks.values()])
    there = resources.store.list_names() if looks else set()
    developed: dict[str, Developed] = {}
    for path, look in looks.items():
        known = found.get(look.key)
        names = {width: name_variant(look, width) for width in list_variant_widths(look)}
        if isinstance(known, Developed):
            if all(names[width] in there for width in known.widths if width in names):
                developed[path] = known
        elif there.issuperset(names.values()):
            # Made by an earlier version of the engine, in the same way.
            files = {width: resources.store.load(name) for width, name in names.items()}
            if None not in files.values():
                developed[path] = Developed(tuple(width for width, data in files.items() if data))
    return developed


def _keep(look: ImageInfo, made: Variants, resources: BuildResources) -> Developed:
    if made.error:
        return Developed(fault=made.error)
    widths = []
    for width, data in zip(list_variant_widths(look), made.files, strict=True):
        # An empty file says that there is none, so that nobody tries again.
        resources.store.save(name_variant(look, width), data)
        widths += [width] if data else []
    return Developed(tuple(widths))


def _make_missing(
    paths: Sequence[str], looks: Mapping[str, ImageInfo], resources: BuildResources
) -> Iterator[tuple[str, Variants]]:
    assert resources.content is not None or not paths
    jobs = ((path, resources.content / path, looks[path]) for path in paths if resources.content)
    busy = [path for path in paths if list_variant_widths(looks[path])]
    executor = resources.hire() if len(busy) >= WORTH_SHARING else None
    if executor is None:
        for path, file, look in jobs:
            yield path, make_variants(file.read_bytes(), look)
        return
    running: dict[Future[Any], tuple[str, bytes, ImageInfo]] = {}

    def begin(count: int) -> None:
        # Photographs are large: no more of them are in memory than can be worked on soon.
        for path, file, look in islice(jobs, count):
            data = file.read_bytes()
            running[submit_task(executor, make_variants, data, look)] = (path, data, look)

    begin(2 * resources.workers)
    while running:
        finished, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in finished:
            path, data, look = running.pop(future)
            try:
                made = future.result()
            except BrokenExecutor:
                resources.warn("a worker process has died, of want of memory perhaps: its work is done again apart")
                made = _make_apart(data, look)
            yield path, made
        begin(len(finished))


def _make_apart(data: bytes, look: ImageInfo) -> Variants:
    """Make a picture's renditions in a process of its own: what brings a decoder down must not end the build."""
    with make_process_pool(1, "spawn") as pool:
        try:
            return pool.submit(make_variants, data, look).result()
        except BrokenExecutor:
            return Variants(error=_BROKE_DOWN)


def _find_problems(label: str, look: ImageInfo, developed: Developed) -> list[Problem]:
    problems = []
    if developed.fault:
        hint = "export it anew; pages show it as far as it goes"
        problems.append(Problem(label, 0, 0, "", developed.fault, hint, "warning"))
    promise = format_from_name(label)
    if promise != look.format:
        hint = f"rename it to {posixpath.splitext(posixpath.basename(label))[0]}.{look.format.lower()}"
        message = f"its name promises {promise}, but it is {look.format}"
        problems.append(Problem(label, 0, 0, "", message, hint, "warning"))
    return problems
