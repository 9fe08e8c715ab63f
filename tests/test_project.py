"""The papers tell the truth, the locks fit, and what is built works where it is installed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from api.app import create_app
from api.runtime import open_runtime
from api.settings import Settings
from bench.writers.fit import modern_run
from swingphase import __version__

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
LOCKS = ("requirements.lock", "requirements-dev.lock")
SITE_PACKAGES = next(path for path in sys.path if path.endswith("site-packages"))


# Papers


def test_the_readme_begins_with_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text()

    commands = readme.partition("```sh\n")[2].partition("```")[0].splitlines()

    assert readme.index("```sh") < 50
    assert [command.partition("#")[0].strip() for command in commands] == ["make run", "make test"]


def test_the_changelog_knows_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text()

    assert "## [Unreleased]" in changelog
    assert __version__ in changelog


def adrs() -> list[Path]:
    return sorted((DOCS / "adr").glob("*.md"))


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(path.name[:4]) for path in adrs()] == list(range(1, len(adrs()) + 1))


@pytest.mark.parametrize("path", adrs(), ids=lambda path: path.stem)
def test_a_decision_is_context_decision_and_consequence_on_half_a_page(path: Path) -> None:
    text = path.read_text()

    assert re.match(rf"# {int(path.name[:4])}\. \S", text)
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequence"]
    assert len(text.split()) <= 300


@pytest.mark.parametrize(
    "page",
    [ROOT / "README.md", ROOT / "CHANGELOG.md", *DOCS.glob("*.md")],
    ids=lambda path: path.name,
)
def test_every_link_within_the_project_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
        assert (page.parent / target).exists(), target


def helps() -> Iterator[tuple[str, str]]:
    """Every command of docs/cli.md, and the help printed there."""
    page = (DOCS / "cli.md").read_text()
    blocks = re.findall(
        r"(?:^## `([^`]+)`\n\n)?```text\n(.*?)\n```", page, re.DOTALL | re.MULTILINE
    )
    for heading, text in blocks:
        yield heading or "swingphase", text


@pytest.mark.parametrize("called", [called for called, _ in helps()])
def test_the_page_of_commands_is_their_help(called: str) -> None:
    printed = subprocess.run(
        [sys.executable, "-m", *called.split(), "--help"],
        cwd=ROOT,
        env=os.environ | {"COLUMNS": "90"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert (
        printed.stdout.replace("python -m swingphase", "swingphase").rstrip("\n")
        == dict(helps())[called]
    )


def test_the_page_of_commands_leaves_none_out() -> None:
    overview = dict(helps())["swingphase"].partition("Commands:\n")[2]
    listed = {f"swingphase {line.split()[0]}" for line in overview.splitlines()}

    assert listed | {"swingphase"} <= dict(helps()).keys()
    assert "swingphase athletes add" in dict(helps())


def test_the_page_of_settings_names_each_and_no_other() -> None:
    page = (DOCS / "settings.md").read_text()

    rows = re.findall(r"^\| `(SWINGPHASE_\w+)` \| (.+) \| (.+) \|$", page, re.MULTILINE)

    assert [(name, meaning) for name, _, meaning in rows] == [
        (f"SWINGPHASE_{name.upper()}", field.description)
        for name, field in Settings.model_fields.items()
    ]


def test_the_page_of_the_api_lists_every_route(tmp_path: Path) -> None:
    runtime = open_runtime(Settings(data=tmp_path))
    paths: dict[str, dict[str, object]] = create_app(runtime).openapi()["paths"]
    runtime.close()
    routes = {f"{method.upper()} {path}" for path, of in paths.items() for method in of}

    page = (DOCS / "api.md").read_text()

    assert set(re.findall(r"^\| `([A-Z]+ /[^`]*)` \|", page, re.MULTILINE)) == routes


def test_generated_pages_are_up_to_date() -> None:
    subprocess.run([sys.executable, DOCS / "generate.py", "--check"], cwd=ROOT, check=True)


# Tracked files


def tracked_files() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)  # noqa: S607 - git is found by name everywhere
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


FOREIGN = {
    "a path of one machine": r"(?<![\w.~])/(?:root|home|work|Users)/\w",
    "a package index": r"https?://[^\s\"']+/(?:simple|packages)/|(?<![a-z])--(?:extra-)?index-url",
}


@pytest.mark.parametrize("what", FOREIGN)
def test_no_tracked_file_names(what: str) -> None:
    pattern = re.compile(FOREIGN[what])

    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in tracked_files()
        if "vendor" not in path.parts and (match := pattern.search(_text(path)))
    ]

    assert found == []


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


# Locks


def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def locked(lock: str) -> dict[str, Version]:
    """Versions by name; a package with one line per Python has its versions equal or is refused."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(
        r"^([\w.-]+)(?:\[[\w,]+\])?==([^\s;\\]+)", _lock(lock), re.MULTILINE
    ):
        found.setdefault(canonicalize_name(name), set()).add(version)
    return {name: Version(max(versions, key=Version)) for name, versions in found.items()}


def _lock(lock: str) -> str:
    return (ROOT / lock).read_text()


def direct(*, dev: bool) -> list[Requirement]:
    project = pyproject()
    lines = [*project["project"]["dependencies"], *project["dependency-groups"]["build"]]
    lines += project["project"]["optional-dependencies"]["postgres"]
    if dev:
        lines += project["dependency-groups"]["dev"]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_a_version_and_hashes(lock: str) -> None:
    entries = re.split(r"^(?=[A-Za-z0-9])", _lock(lock), flags=re.MULTILINE)[1:]

    assert len(entries) > 20
    for entry in entries:
        first = entry.splitlines()[0]
        assert re.match(r"[\w.-]+(\[[\w,]+\])?==\S+", first), first
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), first


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_say_what_to_install_and_not_from_where(lock: str) -> None:
    assert "://" not in _lock(lock)
    assert not re.search(r"^--", _lock(lock), re.MULTILINE)


@pytest.mark.parametrize(
    ("lock", "dev"), [("requirements.lock", False), ("requirements-dev.lock", True)]
)
def test_locks_satisfy_the_ranges(lock: str, dev: bool) -> None:  # noqa: FBT001 - a parameter of the test
    versions = locked(lock)
    for requirement in direct(dev=dev):
        version = versions[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), f"{requirement} is locked to {version}"


def test_what_is_tested_is_what_runs() -> None:
    runtime, dev = (locked(lock) for lock in LOCKS)

    assert {name: dev.get(name) for name in runtime} == runtime


# Packages


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


def test_a_wheel_brings_one_package_and_all_that_is_no_code(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())

    info = f"swingphase-{__version__}.dist-info"
    assert {name.partition("/")[0] for name in names} == {"swingphase", info}
    assert f"{info}/licenses/LICENSE" in names
    for room in ("analytics", "api", "importers", "migrations", "models"):
        ours = {
            path.relative_to(ROOT).as_posix()
            for path in (ROOT / room).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        assert {f"swingphase/_app/{name}" for name in ours} <= names
    assert not any("__pycache__" in name or name.endswith(".pyc") for name in names)


def environment_in(folder: Path) -> Path:
    """A new virtual environment that takes its dependencies, and nothing else, from this one."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    (site_packages,) = folder.glob("lib/python*/site-packages")
    # Folders named in a .pth are searched, but the .pth files in them are not read: the
    # checkout this environment knows stays unknown to the new one.
    (site_packages / "dependencies.pth").write_text(SITE_PACKAGES)
    return folder


def install(environment: Path, *what: str | Path) -> None:
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet"]
    python = environment / "bin" / "python"
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", python, "install", *options, *what],
        check=True,
        capture_output=True,
        text=True,
    )


def test_an_installed_wheel_imports_and_serves(wheel: Path, tmp_path: Path) -> None:
    installed = environment_in(tmp_path / "environment")
    install(installed, wheel)
    watch_file = tmp_path / "run.fit"
    watch_file.write_bytes(modern_run(duration_s=600))
    swingphase = installed / "bin" / "swingphase"
    variables = {"SWINGPHASE_DATA": str(tmp_path / "data"), "PATH": os.environ["PATH"]}

    def run(*arguments: str | Path) -> str:
        result = subprocess.run(
            [swingphase, *arguments],
            cwd=tmp_path,
            env=variables,
            capture_output=True,
            text=True,
            check=True,
        )
        return result.stdout

    assert run("--version") == f"swingphase, version {__version__}\n"
    run("migrate")
    assert run("import", watch_file) == "1 file: 1 imported.\n"
    assert '"as_of": "2026-05-01"' in run("today", "--json", "--as-of", "2026-05-01")
    assert (tmp_path / "environment").as_posix() in _where(installed, tmp_path)
    with subprocess.Popen(
        [swingphase, "serve", "--port", "0"],
        cwd=tmp_path,
        env=variables,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            _try(_address(server), modern_run(seed=2, duration_s=300))
        finally:
            server.terminate()


def _where(environment: Path, folder: Path) -> str:
    program = "import swingphase, api.cli, models, analytics; print(api.cli.__file__)"
    result = subprocess.run(
        [environment / "bin" / "python", "-c", program],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return result.stdout


def _address(server: subprocess.Popen[str]) -> str:
    assert server.stderr is not None
    address = re.search(r"http://\S+", server.stderr.readline())
    assert address is not None
    return address[0]


def _try(address: str, watch_file: bytes) -> None:
    """Pages, styles, the reference, and an upload that the worker process reads."""
    with httpx.Client(base_url=address, timeout=60, follow_redirects=True) as client:
        home = client.get("/")
        assert home.status_code == 200
        for link in re.findall(r'(?:href|src)="(/static/[^"]+)"', home.text):
            assert client.get(link).status_code == 200, link
        assert client.get("/docs").status_code == 200
        taken = client.post("/v1/imports", files={"files": ("upload.fit", watch_file)})
        assert taken.status_code == 202
        while (batch := client.get(taken.headers["Location"]).json())["status"] != "done":
            assert batch["status"] in {"queued", "running"}
            time.sleep(0.1)
        assert batch["totals"]["failed"] == 0


def test_a_clean_checkout_can_be_installed_as_it_stands(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    for path in tracked_files():
        copy = checkout / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    installed = environment_in(tmp_path / "environment")

    install(installed, "--editable", checkout)

    for arguments in (["--version"], ["migrate"], ["doctor"]):
        subprocess.run(
            [installed / "bin" / "swingphase", *arguments],
            cwd=tmp_path,
            env={"SWINGPHASE_DATA": str(tmp_path / "data"), "PATH": os.environ["PATH"]},
            capture_output=True,
            check=True,
        )
    assert checkout.as_posix() in _where(installed, tmp_path)
