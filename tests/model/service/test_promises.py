"""That the table of promises in docs/performance.md names tests that there are."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_each_promise_has_tests_that_exist() -> None:
    page = (ROOT / "docs" / "performance.md").read_text()
    table = page.partition("## The ten promises")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (\d+) \|.*\| (.*) \|$", table, re.MULTILINE)
    assert [number for number, _ in rows] == [str(i + 1) for i in range(10)]
    for _, told in rows:
        source = ""
        for name in re.findall(r"`([^`]+)`", told):
            if name.endswith(".py"):
                source = (ROOT / "tests" / name).read_text()
            elif name.startswith("test_"):
                assert f"def {name}(" in source, name
        assert source
