"""What tests of all rooms share: how many inputs were tried is told at the end of a run."""

from __future__ import annotations

from collections import Counter

import pytest

_FUZZED = pytest.StashKey[Counter[str]]()


@pytest.fixture(scope="session")
def fuzzed(request: pytest.FixtureRequest) -> Counter[str]:
    """Counts inputs, by what they are."""
    return request.config.stash.setdefault(_FUZZED, Counter())


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    for what, number in sorted(config.stash.get(_FUZZED, Counter()).items()):
        terminalreporter.write_line(f"fuzzed: {number} {what}")
