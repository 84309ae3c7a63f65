"""The workflows and the other files of `.github`: linted by their own tools, and held to what keeps publishing safe."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.y*ml"))
PUBLISH = GITHUB / "workflows" / "publish.yml"
PULL_REQUEST = GITHUB / "workflows" / "pull-request.yml"

USES = re.compile(r"^\s*(?:-\s+)?uses:\s*(?P<action>.+?)\s*$", re.MULTILINE)
PINNED = re.compile(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")

# These run with a write token, secrets and the caches of the default branch, whatever a pull request brings along.
PRIVILEGED_EVENTS = {"pull_request_target", "workflow_run", "issue_comment"}

every_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
both_builds = pytest.mark.parametrize("path", [PUBLISH, PULL_REQUEST], ids=lambda path: path.name)


def run_tool(name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command-line tool from the environment that runs the tests, never another one of the same name."""
    beside_python = str(Path(sys.executable).parent)
    tool = shutil.which(name, path=beside_python)
    assert tool, f"{name} is not in {beside_python}: install requirements-dev.txt there"
    return subprocess.run([tool, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, check=False)


def load(path: Path) -> dict[str, Any]:
    """Read a workflow; its triggers are put under the text `on`, which YAML 1.1 takes for the truth value."""
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {"on" if key is True else key: value for key, value in workflow.items()}


def events(workflow: dict[str, Any]) -> dict[str, Any]:
    """Name each trigger with its settings, whichever of the three ways of writing them was used."""
    triggers = workflow["on"]
    if isinstance(triggers, str):
        return {triggers: None}
    return dict(triggers) if isinstance(triggers, dict) else dict.fromkeys(triggers)


def granted(workflow: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """List all permissions that a workflow gives, to itself or to one of its jobs, as (scope, level)."""
    for holder in (workflow, *workflow["jobs"].values()):
        permissions = holder.get("permissions", {})
        if isinstance(permissions, str):  # read-all, write-all
            permissions = {"all": permissions.removesuffix("-all")}
        yield from permissions.items()


def steps(workflow: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """List the steps of all jobs, in order."""
    for job in workflow["jobs"].values():
        yield from job.get("steps", [])


def commands(workflow: dict[str, Any]) -> list[str]:
    """List the shell commands of all steps, in order: of a step with several, the last, which is its purpose."""
    return [step["run"].strip().splitlines()[-1] for step in steps(workflow) if "run" in step]


def step_that_runs(workflow: dict[str, Any], command: str) -> dict[str, Any]:
    """Find the one step that has a shell command which begins like this."""
    matching_steps = [step for step in steps(workflow) if f"\n{command}" in f"\n{step.get('run', '')}"]
    assert len(matching_steps) == 1, f"{len(matching_steps)} steps run {command!r}"
    return matching_steps[0]


def step_that_uses(workflow: dict[str, Any], action: str) -> dict[str, Any]:
    """Find the one step that calls this action, at whatever version."""
    matching_steps = [step for step in steps(workflow) if step.get("uses", "").startswith(f"{action}@")]
    assert len(matching_steps) == 1, f"{len(matching_steps)} steps use {action}"
    return matching_steps[0]


def test_there_are_the_two_workflows_that_these_tests_are_about() -> None:
    assert {PUBLISH, PULL_REQUEST} <= set(WORKFLOWS)


def test_zizmor_finds_no_weakness_in_the_workflows_and_the_dependabot_settings() -> None:
    result = run_tool("zizmor", "--offline", "--no-progress", "--persona", "pedantic", GITHUB)
    assert result.returncode == 0, result.stdout + result.stderr
    for path in (*WORKFLOWS, GITHUB / "dependabot.yml"):
        assert path.name in result.stderr, f"zizmor did not look at {path.name}"


def test_no_finding_of_zizmor_is_waved_through() -> None:
    assert not (GITHUB / "zizmor.yml").exists()
    assert not (ROOT / "zizmor.yml").exists()
    assert [path.name for path in WORKFLOWS if "zizmor: ignore" in path.read_text(encoding="utf-8")] == []


@pytest.mark.parametrize(
    ("schema", "pattern"),
    [
        ("github-workflows", "workflows/*.y*ml"),
        ("dependabot", "dependabot.yml"),
        ("github-issue-forms", "ISSUE_TEMPLATE/*.yml"),
    ],
)
def test_the_files_follow_the_schemas_of_github(schema: str, pattern: str) -> None:
    files = sorted(GITHUB.glob(pattern))
    assert files
    result = run_tool("check-jsonschema", "--builtin-schema", f"vendor.{schema}", *files)
    assert result.returncode == 0, result.stdout + result.stderr


@every_workflow
def test_no_workflow_runs_the_code_of_a_pull_request_with_more_than_it_may_have(path: Path) -> None:
    assert PRIVILEGED_EVENTS.isdisjoint(events(load(path)))


@every_workflow
def test_every_workflow_says_itself_what_it_may_do(path: Path) -> None:
    assert "permissions" in load(path), "without it the token gets whatever the repository's settings give"


def test_a_pull_request_can_read_the_repository_and_do_nothing_else() -> None:
    assert set(granted(load(PULL_REQUEST))) == {("contents", "read")}


def test_a_pull_request_sees_no_secret() -> None:
    assert re.findall(r"\$\{\{[^}]*\bsecrets\b[^}]*\}\}", PULL_REQUEST.read_text(encoding="utf-8")) == []


def test_only_the_job_that_deploys_may_write_and_it_runs_no_code_of_ours() -> None:
    workflow = load(PUBLISH)
    jobs = workflow["jobs"]
    assert not workflow["permissions"]
    assert [name for name, job in jobs.items() if "write" in job["permissions"].values()] == ["deploy"]
    assert jobs["deploy"]["permissions"] == {"pages": "write", "id-token": "write"}
    assert [step["uses"].partition("@")[0] for step in jobs["deploy"]["steps"]] == ["actions/deploy-pages"]


def test_nothing_is_deployed_but_a_finished_build_of_main() -> None:
    workflow = load(PUBLISH)
    deploy = workflow["jobs"]["deploy"]
    assert events(workflow)["push"] == {"branches": ["main"]}
    assert deploy["needs"] == "build"
    assert deploy["if"] == "github.ref == 'refs/heads/main'"


def test_two_deployments_never_run_side_by_side_and_none_is_stopped_half_way() -> None:
    concurrency = load(PUBLISH)["concurrency"]
    assert "${{" not in concurrency["group"], "a group that varies does not keep two runs apart"
    assert concurrency["cancel-in-progress"] is False


@every_workflow
def test_every_action_is_pinned_to_a_full_commit_id_with_its_release_beside_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    actions = [match["action"] for match in USES.finditer(text)]
    called = [step["uses"] for step in steps(load(path)) if "uses" in step]
    assert len(actions) == len(called) > 0, "the pattern misses some of the actions"
    assert [action for action in actions if not PINNED.fullmatch(action)] == []


def test_an_action_is_at_the_same_commit_wherever_it_is_used() -> None:
    actions = {match["action"] for path in WORKFLOWS for match in USES.finditer(path.read_text(encoding="utf-8"))}
    names = sorted(action.partition("@")[0] for action in actions)
    assert names == sorted(set(names))


@every_workflow
def test_every_job_has_a_time_limit(path: Path) -> None:
    jobs = load(path)["jobs"]
    assert [name for name, job in jobs.items() if not 0 < job.get("timeout-minutes", 0) <= 60] == []


@every_workflow
def test_no_checkout_leaves_its_credentials_on_the_disk(path: Path) -> None:
    checkouts = [step for step in steps(load(path)) if step.get("uses", "").startswith("actions/checkout@")]
    assert [step for step in checkouts if step.get("with", {}).get("persist-credentials") is not False] == []


def test_the_site_is_also_published_on_a_schedule_away_from_the_busy_top_of_the_hour() -> None:
    schedule = events(load(PUBLISH))["schedule"]
    assert schedule
    for entry in schedule:
        minute, hour, *_ = entry["cron"].split()
        assert minute.isdecimal(), f"{entry['cron']}: one minute, so that the runs are an hour apart"
        assert int(minute) % 60 not in {0, 30}
        assert hour == "*", "a scheduled article would wait for more than an hour"


def test_the_site_can_be_published_by_hand() -> None:
    assert "workflow_dispatch" in events(load(PUBLISH))


@both_builds
def test_every_build_is_strict(path: Path) -> None:
    builds = [command for command in commands(load(path)) if "make build" in command]
    assert builds == ["make build MKDOCS_FLAGS=--strict"]


def test_what_is_deployed_is_the_directory_that_the_build_writes() -> None:
    assert step_that_uses(load(PUBLISH), "actions/upload-pages-artifact")["with"]["path"] == "site"


def test_a_pull_request_is_checked_with_annotations_before_it_is_built() -> None:
    run = commands(load(PULL_REQUEST))
    check = ".venv/bin/broadsheet check --strict --format github"
    assert run[:3] == ["make install", check, "make build MKDOCS_FLAGS=--strict"]
    assert step_that_runs(load(PULL_REQUEST), ".venv/bin/broadsheet check")["name"] == "Check the articles"


def test_a_pull_request_with_problems_can_be_looked_at_all_the_same() -> None:
    workflow = load(PULL_REQUEST)
    build = step_that_runs(workflow, ".venv/bin/broadsheet build --keep-going")
    assert build["if"] == "${{ !cancelled() && steps.build.outcome == 'failure' }}"
    assert commands(workflow)[3] == build["run"]
    assert "steps" not in step_that_uses(workflow, "actions/upload-artifact")["if"], "whatever step has failed"


def test_an_artifact_gets_no_name_that_it_cannot_hold(tmp_path: Path) -> None:
    command = step_that_runs(load(PULL_REQUEST), "find site")["run"]
    # The signs that actions/upload-artifact refuses.
    kept = ["index.html", "a(b)/index.html", "2017-05-10_[gsoc]_x/index.html"]
    for name in (*kept, "a:b/c:d/index.html", 'x/"y".html', "a?b", "a*b", "a|b", "a<b", "a>b"):
        target = tmp_path / "site" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    subprocess.run(["/bin/sh", "-e", "-c", command], cwd=tmp_path, check=True)
    left = sorted(path.relative_to(tmp_path / "site").as_posix() for path in (tmp_path / "site").rglob("*.html"))
    assert left == sorted(kept)
    assert not (tmp_path / "site" / "a?b").exists()


def test_a_pull_request_is_built_for_the_address_at_which_it_will_be_published() -> None:
    address = load(PULL_REQUEST)["jobs"]["check"]["env"]["SITE_URL"]
    assert address.startswith("${{ vars.SITE_URL || format('https://{0}.github.io/{1}/', github.repository_owner, ")


def test_a_failed_check_does_not_hide_what_the_build_has_to_say() -> None:
    workflow = load(PULL_REQUEST)
    assert "!cancelled()" in step_that_runs(workflow, "make build")["if"]
    assert "!cancelled()" in step_that_uses(workflow, "actions/upload-artifact")["if"]


def test_a_failed_check_keeps_the_pull_request_red() -> None:
    workflow = load(PULL_REQUEST)
    assert [thing for thing in (*workflow["jobs"].values(), *steps(workflow)) if "continue-on-error" in thing] == []
    assert [command for command in commands(workflow) if "||" in command] == []
    assert "if" not in step_that_runs(workflow, ".venv/bin/broadsheet check")


def test_the_site_of_a_pull_request_can_be_downloaded_for_a_week() -> None:
    settings = step_that_uses(load(PULL_REQUEST), "actions/upload-artifact")["with"]
    assert settings["path"] == "site/"
    assert settings["retention-days"] == 7
    assert settings["if-no-files-found"] == "error"


@every_workflow
def test_the_make_targets_that_a_workflow_calls_exist(path: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    rules = re.findall(r"^([\w-][\w -]*):(?!=)", makefile, re.MULTILINE)
    targets = {target for rule in rules for target in rule.split()}
    called = {command.split()[1] for command in commands(load(path)) if command.startswith("make ")}
    assert called <= targets


@both_builds
def test_the_key_of_the_package_cache_is_made_of_lock_files_that_exist(path: Path) -> None:
    settings = step_that_uses(load(path), "actions/setup-python")["with"]
    assert settings["cache"] == "pip"
    names = {file.name for file in ROOT.glob(settings["cache-dependency-path"])}
    assert names == {"requirements.txt", "requirements-dev.txt"}


def test_dependabot_keeps_the_packages_and_the_actions_fresh_in_one_pull_request_each() -> None:
    updates = yaml.safe_load((GITHUB / "dependabot.yml").read_text(encoding="utf-8"))["updates"]
    assert {update["package-ecosystem"] for update in updates} == {"pip", "github-actions"}
    for update in updates:
        assert update["schedule"]["interval"] == "weekly"
        assert update["cooldown"]["default-days"] >= 7
        assert [group["patterns"] for group in update["groups"].values()] == [["*"]]
