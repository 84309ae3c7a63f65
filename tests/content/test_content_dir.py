"""Content directory: which files are read, listed or refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from broadsheet.content.article_file import MAX_ARTICLE_BYTES
from broadsheet.content.content_dir import MAX_MEDIA_BYTES, ContentFiles, read_content_dir
from broadsheet.core.problems import BroadsheetError, format_text


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A content directory with one article."""
    (tmp_path / "content/articles/2026/01").mkdir(parents=True)
    (tmp_path / "content/articles/2026/01/talks.md").write_bytes(b"---\n---\n")
    return tmp_path / "content"


def write(root: Path, name: str, data: bytes = b"x") -> Path:
    target = root / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    return target


def list_problems(source: ContentFiles) -> list[str]:
    return format_text(source.problems).split("\n") if source.problems else []


def test_articles_and_taxonomies_are_read_and_media_are_only_listed(root: Path) -> None:
    write(root, "topics.yml", b"world:\n")
    write(root, "articles/2026/01/map.PNG", b"12345")
    source = read_content_dir(root, "content")
    assert source.articles == {"articles/2026/01/talks.md": b"---\n---\n"}
    assert source.taxonomy_files == {"topics.yml": b"world:\n"}
    assert source.media == {"articles/2026/01/map.PNG": 5}
    assert (source.problems, source.name("x.md")) == ((), "content/x.md")


def test_a_missing_content_directory_is_one_error_message(tmp_path: Path) -> None:
    with pytest.raises(BroadsheetError, match="no content directory 'content': create it"):
        read_content_dir(tmp_path / "content", "content")


def test_symbolic_links_are_never_followed(root: Path, tmp_path: Path) -> None:
    secret = write(tmp_path, "outside/secret.md", b"---\ntitle: secret\n---\n")
    for name in ("articles/2026/01/link.md", "articles/2026/01/link.png", "topics.yml", "articles/folder"):
        (root / name).symlink_to(secret.parent if name.endswith("folder") else secret)
    source = read_content_dir(root, "content")
    assert list(source.articles) == ["articles/2026/01/talks.md"]
    assert (dict(source.taxonomy_files), dict(source.media)) == ({}, {})
    assert {name.rpartition("/")[2] for name in source.refused} == {"link.md", "link.png", "topics.yml", "folder"}
    problems = list_problems(source)
    assert [line.partition(":")[0] for line in problems] == [
        "content/articles/2026/01/link.md",
        "content/articles/folder",
        "content/topics.yml",
    ]
    assert all("a symbolic link, which is never followed (put the file itself here)" in line for line in problems)


def test_a_link_that_leads_nowhere_or_to_itself_does_not_stop_the_build(root: Path) -> None:
    (root / "articles/loop").symlink_to(root / "articles")
    (root / "articles/gone.md").symlink_to(root / "nowhere.md")
    assert list(read_content_dir(root, "content").articles) == ["articles/2026/01/talks.md"]


@pytest.mark.parametrize("name", ["logo.svg", "page.html", "run.js", "data.json", "notes.txt", "Makefile"])
@pytest.mark.parametrize("folder", ["articles", "media"])
def test_files_that_browsers_run_or_cannot_show_are_not_published(root: Path, name: str, folder: str) -> None:
    write(root, f"{folder}/{name}")
    source = read_content_dir(root, "content")
    assert dict(source.media) == {}
    assert f"{folder}/{name}" in source.refused
    assert (source.problems == ()) == (folder == "media" or not name.endswith((".html", ".txt")))


RENAME = "(rename it to talks.md, or move it out of content/articles/)"
REWRITE = "(write its text as Markdown in talks.md, or move it out of content/articles/)"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        *((name, RENAME) for name in ("talks.mdx", "talks.MARKDOWN", "talks.mkd", "talks.txt", "talks.md.txt")),
        *(
            (name, REWRITE)
            for name in ("talks.html", "talks.HTM", "talks.rst", "talks.adoc", "talks.org", "talks.docx")
        ),
    ],
)
def test_a_text_among_the_articles_that_is_not_read_is_a_warning(root: Path, name: str, hint: str) -> None:
    write(root, f"articles/2026/02/{name}")
    suffix = name[name.rindex(".") :]
    message = f"content/articles/2026/02/{name}: not read: expected a name that ends with .md, found '{suffix}'"
    source = read_content_dir(root, "content")
    assert list_problems(source) == [f"{message} {hint} [warning]"]
    assert list(source.articles) == ["articles/2026/01/talks.md"]


@pytest.mark.parametrize(
    "name",
    [
        *("talks.md~", "talks.md.orig", "talks.md.bak", "talks.md.rej", "#talks.md#", ".talks.md.swp", ".#talks.md"),
        *("~$talks.docx", ".talks.html", "Thumbs.db", "README.txt", "readme.rst", "data.csv", "chart.svg", "film.mov"),
    ],
)
def test_what_editors_leave_and_files_that_hold_no_article_are_no_problem(root: Path, name: str) -> None:
    write(root, f"articles/2026/02/{name}")
    source = read_content_dir(root, "content")
    assert source.problems == ()
    assert list(source.articles) == ["articles/2026/01/talks.md"]


def test_two_files_with_one_address_are_a_warning(root: Path) -> None:
    """Otherwise a picture of a public article changes on the day on which another article becomes public."""
    for name in ("2026/01/map.png", "articles/2026/01/map.png", "articles/map.png", "other/map.png"):
        write(root, name)
    assert list_problems(read_content_dir(root, "content")) == [
        "content/2026/01/map.png: the address /media/2026/01/map.png is also that of content/articles/2026/01/map.png"
        " (rename one of the two) [warning]"
    ]


def test_a_name_that_ends_with_md_in_capital_letters_is_read(root: Path) -> None:
    write(root, "articles/2026/02/ferry.MD")
    source = read_content_dir(root, "content")
    assert list(source.articles) == ["articles/2026/01/talks.md", "articles/2026/02/ferry.MD"]
    assert source.problems == ()


def test_a_file_that_is_too_large_to_publish_is_refused(root: Path) -> None:
    with write(root, "articles/film.mp4").open("r+b") as file:
        file.truncate(MAX_MEDIA_BYTES + 1)
    assert "25,000,001 bytes" in read_content_dir(root, "content").refused["articles/film.mp4"]


def test_of_a_too_large_article_one_byte_more_than_allowed_is_read(root: Path) -> None:
    with write(root, "articles/huge.md").open("r+b") as file:
        file.truncate(MAX_ARTICLE_BYTES * 3)
    assert len(read_content_dir(root, "content").articles["articles/huge.md"]) == MAX_ARTICLE_BYTES + 1


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("essay.md", "content/essay.md: not read: articles lie below articles/ (move it to content/articles/)"),
        (
            "a.markdown",
            "content/a.markdown: not read: expected a name that ends with .md, found '.markdown' (rename it",
        ),
        ("topic.yml", "not read: expected one of topics.yml, authors.yml, stories.yml (did you mean 'topics.yml'?)"),
        ("authors.yaml", "(did you mean 'authors.yml'?)"),
        ("articles/a\u202eb.md", "its name has characters that cannot be seen (rename it)"),
    ],
)
def test_a_refused_file_that_was_meant_to_be_read_is_reported(root: Path, name: str, problem: str) -> None:
    write(root, name)
    problems = list_problems(read_content_dir(root, "content"))
    assert len(problems) == 1
    assert problem in problems[0]


def test_a_readme_and_hidden_files_are_ignored_without_a_problem(root: Path) -> None:
    for name in ("README.md", ".DS_Store", ".git/config.md", "articles/.draft.md"):
        write(root, name)
    source = read_content_dir(root, "content")
    assert (list(source.articles), source.problems) == (["articles/2026/01/talks.md"], ())


def test_a_pipe_is_no_article(root: Path) -> None:
    os.mkfifo(root / "articles/pipe.md")
    source = read_content_dir(root, "content")
    assert source.refused["articles/pipe.md"] == "no regular file"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_a_problem(root: Path) -> None:
    write(root, "articles/locked.md").chmod(0)
    assert "not readable" in list_problems(read_content_dir(root, "content"))[0]


def test_a_file_that_vanishes_while_it_is_read_is_a_problem(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: str, *_: object) -> None:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr("broadsheet.content.content_dir.open", fail, raising=False)
    source = read_content_dir(root, "content")
    assert list_problems(source) == ["content/articles/2026/01/talks.md: not readable: Permission denied"]
