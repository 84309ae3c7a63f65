"""File store: what is in it is whole, whoever else uses it and however a build has ended."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from broadsheet.core.file_store import IMAGE_DIR, FileStore, measure_store, remove_store

NAMES = [f"{number:024x}-320.webp" for number in range(4)]


def test_what_was_saved_is_there_for_the_next_build(tmp_path: Path) -> None:
    FileStore(tmp_path).save(NAMES[0], b"picture")
    store = FileStore(tmp_path)
    assert (store.list_names(), store.load(NAMES[0]), store.load(NAMES[1])) == ({NAMES[0]}, b"picture", None)
    store.save(NAMES[1], b"")
    assert store.load(NAMES[1]) == b""
    store.close()
    assert store.list_names() == set(NAMES[:2])


@pytest.mark.parametrize(
    "spoil", [lambda data: data[:-1], lambda data: b"", lambda data: data + b"x", lambda data: b"x"]
)
def test_a_damaged_file_is_as_good_as_none(spoil: object, tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    store.save(NAMES[0], b"picture")
    file = tmp_path / IMAGE_DIR / NAMES[0]
    file.write_bytes(spoil(file.read_bytes()))  # type: ignore[operator]
    assert store.load(NAMES[0]) is None
    store.save(NAMES[0], b"picture")
    assert store.load(NAMES[0]) == b"picture"


def test_files_take_their_place_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FileStore(tmp_path)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        store.save(NAMES[0], b"picture")
    assert store.load(NAMES[0]) is None
    store.prune([], max_bytes=0)
    assert store.list_names() == set()


def test_what_is_not_used_goes_the_oldest_first_when_it_is_much(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    for time, name in enumerate(reversed(NAMES)):
        store.save(name, bytes(84))
        os.utime(tmp_path / IMAGE_DIR / name, (time, time))
    store.prune({NAMES[3]}, max_bytes=200)
    assert store.list_names() == {NAMES[0], NAMES[1], NAMES[3]}
    store.prune({NAMES[3]}, max_bytes=0)
    assert store.list_names() == {NAMES[3]}
    store.prune({NAMES[3]})
    assert store.load(NAMES[3]) == bytes(84)


def test_the_files_of_others_are_left_alone(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    store.save(NAMES[0], b"picture")
    (tmp_path / IMAGE_DIR / "holiday.webp").write_bytes(b"x")
    (tmp_path / IMAGE_DIR / NAMES[1]).symlink_to(tmp_path / "elsewhere")
    store.prune([], max_bytes=0)
    assert store.list_names() == {"holiday.webp", NAMES[1]}
    assert store.load(NAMES[1]) is None
    assert not remove_store(tmp_path)


def test_a_directory_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / IMAGE_DIR).symlink_to(tmp_path / "elsewhere")
    store = FileStore(tmp_path)
    assert store.warning == "pictures: a symbolic link: done without"
    store.save(NAMES[0], b"picture")
    assert store.load(NAMES[0]) == b"picture"
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert measure_store(tmp_path) == (0, 0)
    store.close()
    assert store.load(NAMES[0]) is None


def test_without_a_directory_files_are_kept_for_one_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for folder in (None, tmp_path / "file"):
        store = FileStore(folder)
        assert (store.list_names(), store.load(NAMES[0])) == (set(), None)
        store.save(NAMES[0], b"picture")
        assert store.load(NAMES[0]) == b"picture"
        store.prune([], max_bytes=0)
        assert store.list_names() == {NAMES[0]}
        assert bool(store.warning) == bool(folder)
        store.close()
        assert store.list_names() == set()


def test_it_is_measured_and_removed(tmp_path: Path) -> None:
    assert (measure_store(tmp_path), remove_store(tmp_path)) == ((0, 0), False)
    store = FileStore(tmp_path)
    for name in NAMES:
        store.save(name, bytes(84))
    assert measure_store(tmp_path) == (4, 400)
    assert remove_store(tmp_path)
    assert not (tmp_path / IMAGE_DIR).exists()


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="every file may be anyone's")
def test_what_others_may_write_is_as_good_as_none(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    store.save(NAMES[0], b"picture")
    (tmp_path / IMAGE_DIR / NAMES[0]).chmod(0o666)
    assert store.load(NAMES[0]) is None
    before = os.umask(0)
    try:
        store.save(NAMES[0], b"picture")
    finally:
        os.umask(before)
    assert store.load(NAMES[0]) == b"picture"
    (tmp_path / IMAGE_DIR / NAMES[1]).symlink_to(tmp_path / IMAGE_DIR / NAMES[0])
    assert store.load(NAMES[1]) is None


def test_a_full_disk_is_not_filled_with_halves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = Path.write_bytes

    def fill(path: Path, data: bytes) -> int:
        if not path.is_relative_to(tmp_path):
            return write(path, data)
        write(path, data[:7])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", fill)
    store = FileStore(tmp_path)
    store.save(NAMES[0], b"picture")
    assert (store.load(NAMES[0]), store.warning) == (b"picture", "pictures: No space left on device: done without")
    assert list((tmp_path / IMAGE_DIR).iterdir()) == []
    store.close()
