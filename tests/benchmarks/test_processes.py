"""Measured commands."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.processes import Limits, run_measured


def test_a_run_has_seconds_and_memory(tmp_path: Path) -> None:
    run = run_measured([sys.executable, "-c", "print('done')"], tmp_path, {}, output=tmp_path / "printed.txt")
    assert run.seconds > 0
    assert run.megabytes > 0
    assert run.processor_seconds > 0
    assert run.error == ""
    assert (tmp_path / "printed.txt").read_text() == "done\n"


def test_a_command_that_fails_is_reported_with_its_output(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run = run_measured([sys.executable, "-c", "import sys; sys.exit('no such theme')"], tmp_path, {})
    assert run.error == "failed"
    assert "no such theme" in capfd.readouterr().err


def test_a_command_is_stopped_at_its_limit(tmp_path: Path) -> None:
    run = run_measured(["sleep", "600"], tmp_path, {}, limits=Limits(minutes=0.001))
    assert run.error == "over 0.001 min"
