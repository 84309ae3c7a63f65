"""Inspect the images of the content directory, and make the variants that pages show, each once."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

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

VARIANTS_ROOT = SITE_URLS["pictures"]
"""The directory of image variants in the site. No file of a writer is published there, so that no variant replaces one.
A variant's name has a digest of its content, so that browsers can keep it for ever."""

MIN_SHARED_IMAGES = 3
"""Fewer images are resized in this process: a worker takes half a second to start, as long as an image takes."""

_DECODER_DIED = "the process that decoded the picture broke down, of want of memory perhaps"
_MIN_REPORTED_IMAGES = 10
"""From this number of images on, progress is reported."""


@dataclass(frozen=True, slots=True)
class StoredVariants:
    """The variants that the file store has of an image."""

    widths: tuple[int, ...] = ()
    error: str = ""
    """Why there are no variants; '' if the image is sound."""


@dataclass(frozen=True, slots=True)
class ImageCatalog:
    """The image files of a content directory: what is known of each, and which of them cannot be shown."""

    images: Mapping[str, ImageInfo] = field(default_factory=dict)
    """By path in the content directory."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """Paths of the images that cannot be shown, each with the reason."""


NO_IMAGES = ImageCatalog()


def inspect_images(media: Collection[str], resources: BuildResources) -> ImageCatalog:
    """Inspect the images among some files of the content directory; other files are left out of the catalog.

    Cost: 20 µs for an image that has not changed since, about 10 ms for another.
    """
    if resources.content is None:
        return NO_IMAGES
    keys: dict[str, bytes] = {}
    for path in media:
        status = _read_file_state(resources.content / path) if format_from_name(path) else None
        if status:
            keys[path] = digest(b"look", ENCODER_VERSION.encode(), path.encode(), status.encode())
    cached = resources.cache.get("picture", keys.values())
    infos: dict[str, ImageInfo] = {}
    for path, key in keys.items():
        known = cached.get(key)
        infos[path] = known if isinstance(known, ImageInfo) else _inspect_file(resources.content / path)
    resources.cache.put("picture", {keys[path]: info for path, info in infos.items() if keys[path] not in cached})
    return ImageCatalog(infos, {path: info.error for path, info in infos.items() if info.error})


def _read_file_state(path: Path) -> str:
    """A file's size and time of change, by which a changed file is known; '' if it cannot be read."""
    try:
        status = path.stat()
    except OSError:
        return ""
    return f"{status.st_size} {status.st_mtime_ns}"


def _inspect_file(path: Path) -> ImageInfo:
    try:
        return inspect_image(path.read_bytes())
    except OSError as error:
        return ImageInfo(error=f"not readable: {error.strerror}")


def make_image_variants(
    paths: Collection[str], catalog: ImageCatalog, label: Callable[[str], str], resources: BuildResources
) -> tuple[dict[str, PublishedImage], list[Problem]]:
    """Make the variants of images, and return the published images by URL, with the problems of their files.

    Cost: about 1 s for a new photograph of 12 million pixels, on as many cores as there are; 30 µs for an image
    whose variants are stored.
    """
    infos = {path: catalog.images[path] for path in sorted(paths) if path in catalog.images}
    stored = _find_stored(infos, resources)
    missing = [path for path in infos if path not in stored]
    for done, (path, made) in enumerate(_make_missing(missing, infos, resources), 1):
        stored[path] = _store_variants(infos[path], made, resources)
        resources.report("Making pictures", done, len(missing), _MIN_REPORTED_IMAGES)
    # The next build tries again to decode an image that ended its process.
    cacheable = [path for path in missing if stored[path].error != _DECODER_DIED]
    resources.cache.put("renditions", {infos[path].key: stored[path] for path in cacheable})
    names = [name_variant(infos[path], width) for path, variants in stored.items() for width in variants.widths]
    resources.store.prune(frozenset(names))
    pictures: dict[str, PublishedImage] = {}
    problems: list[Problem] = []
    for path, info in infos.items():
        pictures[media_url(path)] = _describe_image(path, info, stored[path].widths)
        problems += _find_problems(label(path), info, stored[path])
    return pictures, problems


def _describe_image(path: str, info: ImageInfo, widths: Sequence[int]) -> PublishedImage:
    url = media_url(path)
    variants = [(width, f"{VARIANTS_ROOT}{name_variant(info, width)}") for width in sorted(widths)]
    if variants and variants[-1][0] < list_variant_widths(info)[-1]:
        # The widest variant was left out because the original is the smaller file: then the original takes its place.
        variants.append((info.width, url))
    return PublishedImage(url, path, info.width, info.height, tuple(variants), info.key.hex())


def read_image_variant(picture: PublishedImage, url: str, resources: BuildResources) -> bytes:
    """The bytes of an image variant; it is made again if another build has removed it from the store.

    Raises:
        BroadsheetError: when the image file has changed since the build began.

    """
    name = posixpath.basename(url)
    data = resources.store.load(name)
    if data is None and resources.content is not None:
        original = (resources.content / picture.path).read_bytes()
        info = inspect_image(original)
        _store_variants(info, make_variants(original, info), resources)
        data = resources.store.load(name)
    if data is None:
        raise BroadsheetError(f"'{picture.path}' was changed while the site was built: build it again")
    return data


def _find_stored(infos: Mapping[str, ImageInfo], resources: BuildResources) -> dict[str, StoredVariants]:
    """The images whose variants are all in the file store, by path."""
    cached = resources.cache.get("renditions", [info.key for info in infos.values()])
    stored_names = resources.store.list_names() if infos else set()
    stored: dict[str, StoredVariants] = {}
    for path, info in infos.items():
        known = cached.get(info.key)
        names = {width: name_variant(info, width) for width in list_variant_widths(info)}
        if isinstance(known, StoredVariants):
            if all(names[width] in stored_names for width in known.widths if width in names):
                stored[path] = known
        elif stored_names.issuperset(names.values()):
            # The variants were made by another version of the engine that has the same encoder.
            files = {width: resources.store.load(name) for width, name in names.items()}
            if None not in files.values():
                stored[path] = StoredVariants(tuple(width for width, data in files.items() if data))
    return stored


def _store_variants(info: ImageInfo, made: Variants, resources: BuildResources) -> StoredVariants:
    if made.error:
        return StoredVariants(error=made.error)
    widths = []
    for width, data in zip(list_variant_widths(info), made.files, strict=True):
        # An empty file: this variant is not worth having, and no build makes it again.
        resources.store.save(name_variant(info, width), data)
        widths += [width] if data else []
    return StoredVariants(tuple(widths))


def _make_missing(
    paths: Sequence[str], infos: Mapping[str, ImageInfo], resources: BuildResources
) -> Iterator[tuple[str, Variants]]:
    assert resources.content is not None or not paths
    jobs = ((path, resources.content / path, infos[path]) for path in paths if resources.content)
    with_variants = [path for path in paths if list_variant_widths(infos[path])]
    executor = resources.start_workers() if len(with_variants) >= MIN_SHARED_IMAGES else None
    if executor is None:
        for path, file, info in jobs:
            yield path, make_variants(file.read_bytes(), info)
        return
    running: dict[Future[Any], tuple[str, bytes, ImageInfo]] = {}

    def begin(count: int) -> None:
        # Photographs are large: only those that workers need soon are kept in memory.
        for path, file, info in islice(jobs, count):
            data = file.read_bytes()
            running[submit_task(executor, make_variants, data, info)] = (path, data, info)

    begin(2 * resources.workers)
    while running:
        finished, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in finished:
            path, data, info = running.pop(future)
            try:
                made = future.result()
            except BrokenExecutor:
                resources.warn("a worker process has died, of want of memory perhaps: its work is done again apart")
                made = _make_in_own_process(data, info)
            yield path, made
        begin(len(finished))


def _make_in_own_process(data: bytes, info: ImageInfo) -> Variants:
    """Make the variants of an image in a process of its own, so that a crash of the decoder does not end the build."""
    with make_process_pool(1, "spawn") as pool:
        try:
            return pool.submit(make_variants, data, info).result()
        except BrokenExecutor:
            return Variants(error=_DECODER_DIED)


def _find_problems(label: str, info: ImageInfo, stored: StoredVariants) -> list[Problem]:
    problems = []
    if stored.error:
        hint = "export it anew; pages show it as far as it goes"
        problems.append(Problem(label, 0, 0, "", stored.error, hint, "warning"))
    named_format = format_from_name(label)
    if named_format != info.format:
        hint = f"rename it to {posixpath.splitext(posixpath.basename(label))[0]}.{info.format.lower()}"
        message = f"its name promises {named_format}, but it is {info.format}"
        problems.append(Problem(label, 0, 0, "", message, hint, "warning"))
    return problems
