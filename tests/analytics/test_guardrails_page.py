from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from analytics.evidence import SOURCES
from analytics.guardrails.registry import all_guardrails

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "guardrails.md"
GENERATE = ROOT / "docs" / "generate.py"


def generate(script: Path, *options: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(script), *options]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_every_guardrail_and_source_has_its_place() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for rule in all_guardrails():
        assert f"## `{rule.key}`" in page
    for code in SOURCES:
        assert f"- `{code}`: " in page


def test_the_page_is_what_the_guardrails_say_today(tmp_path: Path) -> None:
    for source in GENERATE.parent.glob("*.py"):
        shutil.copy(source, tmp_path)
    script = tmp_path / GENERATE.name
    missing = generate(script, "--check")
    assert missing.returncode == 1
    assert "guardrails.md" in missing.stderr
    assert not (tmp_path / "guardrails.md").exists()
    assert generate(script).returncode == 0
    written = (tmp_path / PAGE.name).read_text(encoding="utf-8")
    assert written == PAGE.read_text(encoding="utf-8")
