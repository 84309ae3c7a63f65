"""The image pipeline: each image is decoded and resized once, by workers if there are several images."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from broadsheet.core.cache import Cache
from broadsheet.core.file_store import IMAGE_DIR, FileStore
from broadsheet.core.problems import BroadsheetError, Problem
from broadsheet.core.processes import make_process_pool
from broadsheet.edition import image_pipeline
from broadsheet.edition.image_pipeline import (
    VARIANTS_ROOT,
    ImageCatalog,
    inspect_images,
    make_image_variants,
    read_image_variant,
)
from broadsheet.edition.render_articles import BuildResources
from broadsheet.images import PublishedImage, Variants, inspect_image, list_variant_widths, make_variants
from sample_photos import draw, encode, load, make_bomb, make_photo

HALL = "articles/hall.jpg"
PHOTO = make_photo(900, 600)


class Desk:
    """A content directory with the resources of a build, which each build opens anew."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.reports: list[tuple[Any, ...]] = []
        self.hire: Callable[[], Executor | None] = lambda: None
        self.stamp = "engine"

    def write(self, path: str, data: bytes) -> None:
        target = self.root / "content" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)

    def list_media(self) -> list[str]:
        content = self.root / "content"
        return sorted(path.relative_to(content).as_posix() for path in content.rglob("*") if path.is_file())

    def build(
        self, *, cache: bool = True
    ) -> tuple[ImageCatalog, BuildResources, dict[str, PublishedImage], list[Problem]]:
        folder = self.root / ".cache" if cache else None
        kept, store = Cache(folder, self.stamp), FileStore(folder)
        resources = BuildResources(
            cache=kept,
            report=lambda *report: self.reports.append(report),
            content=self.root / "content",
            store=store,
            start_workers=self.hire,
        )
        media = self.list_media()
        catalog = inspect_images(media, resources)
        shown = [path for path in media if path not in catalog.refused]
        pictures, problems = make_image_variants(shown, catalog, "content/{}".format, resources)
        kept.save()
        kept.close()
        return catalog, resources, pictures, problems

    @property
    def store(self) -> Path:
        return self.root / ".cache" / IMAGE_DIR


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    desk.write(HALL, PHOTO)
    return desk


@pytest.fixture
def worked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The steps that were run: images inspected and resized."""
    done: list[str] = []

    def inspect(data: bytes) -> Any:
        done.append("looked at")
        return inspect_image(data)

    def make(data: bytes, look: Any) -> Variants:
        done.append("made")
        return make_variants(data, look)

    monkeypatch.setattr(image_pipeline, "inspect_image", inspect)
    monkeypatch.setattr(image_pipeline, "make_variants", make)
    return done


def flush(done: list[str]) -> list[str]:
    calls = done.copy()
    done.clear()
    return calls


def test_a_picture_has_its_size_and_renditions_under_the_assets(desk: Desk) -> None:
    _, resources, pictures, problems = desk.build()
    (picture,) = pictures.values()
    assert (picture.url, picture.path, picture.width, picture.height) == ("media/hall.jpg", HALL, 900, 600)
    assert [width for width, _ in picture.variants] == [320, 480, 800, 900]
    assert problems == []
    for width, url in picture.variants:
        assert url.startswith(VARIANTS_ROOT)
        assert load(read_image_variant(picture, url, resources)).width == width


def test_what_is_known_is_neither_looked_at_nor_made_again(desk: Desk, worked: list[str]) -> None:
    first = desk.build()[2:]
    assert flush(worked) == ["looked at", "made"]
    assert desk.build()[2:] == first
    assert flush(worked) == []


def test_another_time_of_the_same_file_has_it_looked_at_and_not_made(desk: Desk, worked: list[str]) -> None:
    first = desk.build()[2:]
    flush(worked)
    os.utime(desk.root / "content" / HALL, (1, 1))
    assert desk.build()[2:] == first
    assert flush(worked) == ["looked at"]


def test_another_engine_finds_what_the_last_has_made(desk: Desk, worked: list[str]) -> None:
    desk.write("articles/small.webp", encode(draw(700, 500), "WEBP", quality=30))
    first = desk.build()[2:]
    flush(worked)
    desk.stamp = "another engine"
    assert desk.build()[2:] == first
    assert flush(worked) == ["looked at", "looked at"]


def test_another_picture_of_the_same_name_has_other_renditions(desk: Desk) -> None:
    first = desk.build()[2]["media/hall.jpg"]
    desk.write(HALL, make_photo(900, 500))
    second = desk.build()[2]["media/hall.jpg"]
    assert second.height == 500
    assert {url for _, url in first.variants} & {url for _, url in second.variants} == set()


@pytest.mark.parametrize("spoil", ["all are gone", "one is gone", "one is cut off"])
def test_what_is_lost_is_made_again(spoil: str, desk: Desk) -> None:
    first = desk.build()[2]
    files = sorted(desk.store.iterdir())
    if spoil == "one is cut off":
        files[0].write_bytes(files[0].read_bytes()[:-9])
    for path in files if spoil == "all are gone" else files[:1]:
        if spoil != "one is cut off":
            path.unlink()
    _, resources, second, _ = desk.build()
    assert first == second
    for picture in second.values():
        assert all(load(read_image_variant(picture, url, resources)) for _, url in picture.variants)


def test_what_another_build_has_removed_meanwhile_is_made_again_and_what_has_changed_is_told(desk: Desk) -> None:
    _, resources, pictures, _ = desk.build()
    picture = pictures["media/hall.jpg"]
    url = picture.variants[0][1]
    for path in desk.store.iterdir():
        path.unlink()
    assert load(read_image_variant(picture, url, resources)).width == 320
    for path in desk.store.iterdir():
        path.unlink()
    desk.write(HALL, make_photo(800, 500))
    with pytest.raises(BroadsheetError, match="was changed while the site was built"):
        read_image_variant(picture, url, resources)


def test_without_a_cache_the_same_comes_out(desk: Desk) -> None:
    _, resources, pictures, _ = desk.build(cache=False)
    assert pictures == desk.build()[2]
    assert all(
        read_image_variant(picture, url, resources) for picture in pictures.values() for _, url in picture.variants
    )
    resources.store.close()


def test_where_the_original_is_smaller_it_is_the_widest_to_choose_from(desk: Desk) -> None:
    desk.write(HALL, encode(draw(700, 500), "WEBP", quality=30))
    (picture,) = desk.build()[2].values()
    assert picture.variants[-1] == (700, "media/hall.jpg")


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        (
            "text.jpg",
            b"I am a photograph.\n",
            "expected a picture of the kind AVIF, GIF, JPEG, PNG or WebP, found a text",
        ),
        ("bomb.png", make_bomb(), "more than 80 million pixels: make it smaller"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_the_reason(name: str, data: bytes, reason: str, desk: Desk) -> None:
    desk.write(f"articles/{name}", data)
    catalog, _, pictures, _ = desk.build()
    assert catalog.refused == {f"articles/{name}": reason}
    assert set(pictures) == {"media/hall.jpg"}


def test_a_damaged_picture_is_a_problem_every_time_and_keeps_its_size(desk: Desk, worked: list[str]) -> None:
    desk.write("articles/cut.jpg", PHOTO[:20_000])
    for expected in (["looked at", "looked at", "made", "made"], []):
        _, _, pictures, (problem,) = desk.build()
        assert sorted(flush(worked)) == expected
        assert (problem.path, problem.severity) == ("content/articles/cut.jpg", "warning")
        assert problem.message.startswith("the picture is damaged or cut off (")
        picture = pictures["media/cut.jpg"]
        assert (picture.width, picture.height, picture.variants) == (900, 600, ())


def test_a_name_that_promises_another_kind_is_a_problem(desk: Desk) -> None:
    desk.write("articles/chart.jpg", encode(draw(400, 300), "PNG"))
    (problem,) = desk.build()[3]
    assert str(problem) == (
        "content/articles/chart.jpg: its name promises JPEG, but it is PNG (rename it to chart.png)"
    )


def test_what_is_no_picture_is_not_looked_at(desk: Desk, worked: list[str]) -> None:
    desk.write("articles/film.mp4", b"film")
    catalog, *_ = desk.build()
    assert set(catalog.images) == {HALL}
    assert flush(worked) == ["looked at", "made"]
    nowhere = ["articles/gone.jpg"]
    assert inspect_images(nowhere, BuildResources()) == ImageCatalog()
    resources = BuildResources(content=desk.root / "content")
    assert inspect_images(nowhere, resources) == ImageCatalog()


class Counting(Executor):
    """An executor that runs each task at once, and counts them."""

    def __init__(self) -> None:
        self.done = 0

    def submit(self, work: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        self.done += 1
        future: Future[Any] = Future()
        future.set_result(work(*arguments, **named))
        return future


def test_several_pictures_are_work_for_workers_and_progress_is_told(desk: Desk) -> None:
    workers = Counting()
    desk.hire = lambda: workers
    desk.build()
    assert workers.done == 0
    for number in range(5):
        desk.write(f"articles/{number}.jpg", make_photo(400 + number, 300))
    assert len(desk.build()[2]) == 6
    assert workers.done == 5
    assert desk.reports[-5:] == [("Making pictures", done, 5, 10) for done in range(1, 6)]
    desk.build()
    assert workers.done == 5


@pytest.fixture
def pool() -> Iterator[ProcessPoolExecutor]:
    with make_process_pool(2, "spawn") as pool:
        yield pool


def test_workers_make_what_is_made_here(pool: ProcessPoolExecutor, tmp_path: Path) -> None:
    here, there = Desk(tmp_path / "here"), Desk(tmp_path / "there")
    there.hire = lambda: pool
    for desk in (here, there):
        for number in range(4):
            desk.write(f"articles/{number}.jpg", make_photo(500 + number, 300))
        desk.write("articles/cut.jpg", PHOTO[:20_000])
    assert here.build()[2:] == there.build()[2:]
    stored_files = [{path.name: path.read_bytes() for path in desk.store.iterdir()} for desk in (here, there)]
    assert stored_files[0] == stored_files[1]


def test_a_worker_that_is_dead_costs_time_and_nothing_else(pool: ProcessPoolExecutor, desk: Desk) -> None:
    with pytest.raises(Exception, match="terminated abruptly"):
        pool.submit(os._exit, 1).result()
    desk.hire = lambda: pool
    for number in range(3):
        desk.write(f"articles/{number}.jpg", make_photo(400, 300 + number))
    assert all(picture.variants for picture in desk.build()[2].values())


class Dead(Executor):
    """An executor whose workers die, as when an image crashes the decoder."""

    def submit(self, work: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_exception(BrokenExecutor("dead"))
        return future


def test_a_picture_that_brings_its_decoder_down_twice_is_a_problem_until_it_does_not(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.hire = Dead
    for number in range(3):
        desk.write(f"articles/{number}.jpg", make_photo(400, 300 + number))
    monkeypatch.setattr(image_pipeline, "make_process_pool", lambda *_: Dead())
    _, _, pictures, problems = desk.build()
    assert all(not picture.variants and picture.width for picture in pictures.values())
    assert len(problems) == 4
    assert all("broke down, of want of memory perhaps" in problem.message for problem in problems)
    desk.hire = lambda: None
    assert desk.build()[3] == []


def test_the_look_is_all_that_renditions_depend_on() -> None:
    look = inspect_image(PHOTO)
    assert list_variant_widths(replace(look, key=b"x")) == list_variant_widths(look)
