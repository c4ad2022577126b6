"""Runs the pages of the documentation as they are written, and writes down what was answered.

Decides what is a command: a line that starts with `$ ` in a block marked `console`, and the lines
after it that start with `> `. Blocks marked otherwise are left alone, for want of a GPU, a token or
Docker. Each page runs in an empty folder, in one shell, from top to bottom; a command that fails
ends the run. Needs bash, curl and jq.

    .venv/bin/python docs/as_written.py                    all pages
    .venv/bin/python docs/as_written.py docs/protocol.md   this one
    .venv/bin/python docs/as_written.py --check            runs them, and changes none
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"(?<=^```console\n)(.*?)(?=^```$)", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"^\$ .*(?:\n> .*)*", re.MULTILINE)
MARK = "\x1e"


def pages() -> list[Path]:
    """README and the documentation, in both languages."""
    return [*sorted(ROOT.glob("README*.md")), *sorted((ROOT / "docs").glob("*.md"))]


def commands(text: str) -> list[str]:
    """The commands of a page, with their prompts, in order."""
    return [command for block in BLOCK.findall(text) for command in COMMAND.findall(block)]


def answers(prompted: list[str]) -> Iterator[str]:
    """What each command prints. Raises SystemExit for one that fails."""
    script = "".join(f"{bare(command)}\nprintf '{MARK}%s{MARK}\\n' $?\n" for command in prompted)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("QIBU_")} | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
    }
    with tempfile.TemporaryDirectory() as place:
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=place,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=1800,
        )
    parts = re.split(f"{MARK}(.*){MARK}\n", done.stdout)
    for command, answer, status in zip(prompted, parts[::2], parts[1::2], strict=False):
        if status != "0":
            sys.exit(f"{command}\n{answer}ended with {status}")
        # Of a progress bar, what one sees in the end.
        yield re.sub(r"^.*\r(?!\n)", "", answer, flags=re.MULTILINE)


def bare(command: str) -> str:
    """A command without its prompts."""
    return re.sub(r"^[$>] ", "", command, flags=re.MULTILINE)


def rewritten(text: str) -> str:
    """A page with the answers of now."""
    answered = answers(commands(text))

    def rewrite(block: re.Match[str]) -> str:
        lines = []
        for command in COMMAND.findall(block[0]):
            answer = next(answered).strip("\n")
            lines += [command, answer] if answer else [command]
        return "\n".join(lines) + "\n"

    return BLOCK.sub(rewrite, text)


def main() -> None:
    """Runs the pages that are named, or all."""
    named = [Path(name) for name in sys.argv[1:] if name != "--check"]
    for page in named or pages():
        text = page.read_text(encoding="utf-8")
        print(f"{page.name}: {len(commands(text))} commands", flush=True)
        fresh = rewritten(text)
        if "--check" not in sys.argv:
            page.write_text(fresh, encoding="utf-8")


main()
