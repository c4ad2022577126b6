"""Reports on pages of the documentation.

Decides where on a page a report stands: between the marks of its name.
"""

from __future__ import annotations

from pathlib import Path

import click


def write_between_marks(page: Path, name: str, report: str) -> None:
    """Puts a report where the last one stood."""
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->\n"
    before, _, rest = page.read_text().partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise click.ClickException(f"{page} has no place for it, between {begin}and {end}")
    page.write_text(f"{before}{begin}\n{report}\n\n{end}{after}")
