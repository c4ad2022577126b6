"""Holds README's sample conversation with `qibu chat`, writes it down, and draws its picture.

Decides what the person says and how a terminal looks as a picture; every other word is what the
program answered on a terminal just now. The faces are those of the bot's cards.

    .venv/bin/python docs/conversation.py
"""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).parent.parent
FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
LATIN, HAN = 5, 7
"""Faces in that file: Mono JP, whose middle dot is narrow, and Mono SC."""
SAYS = ("/poem 明月", "5", "/couplet 白日依山尽,黄河入海流", "/top")
PAGES = {
    "en": (ROOT / "README.md", ROOT / "docs" / "conversation.png"),
    "zh": (ROOT / "README.zh.md", ROOT / "docs" / "conversation.zh.png"),
}

PROMPT = "› "
STYLE = re.compile(r"\x1b\[(\d*)m")
BLOCK = re.compile(r"(?<=<!-- conversation -->\n```text\n)[^`]*(?=```\n)")

WIDTH, SIZE, PITCH, MARGIN = 1180, 30, 46, 44
PAPER, INK, PERSON = "#20242c", "#d9d6cc", "#8fc7b5"
COLOURS = {"1": "#f5e6b8", "2": "#7d828c"}
"""Of what is bold and of what is faint."""


def converse(language: str) -> str:
    """What a terminal shows of the conversation, styles and all, up to the person's leaving."""
    ours, theirs = pty.openpty()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("QIBU_")}
    command = [sys.executable, "-m", "qibu", "chat", "--language", language]
    with tempfile.TemporaryDirectory() as place:
        chat = subprocess.Popen(
            command,
            cwd=place,
            env={**environment, "TERM": "xterm-256color", "LANG": "C.UTF-8"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        shown = until_prompt(ours)
        for said in SAYS:
            os.write(ours, f"{said}\n".encode())
            shown += until_prompt(ours)
        os.write(ours, b"\x04")
        chat.wait(60)
    return shown.replace("\r\n", "\n").removesuffix(PROMPT).rstrip() + "\n"


def until_prompt(terminal: int) -> str:
    """Reads what is shown until the person is asked again."""
    shown = b""
    while not shown.endswith(f"\n{PROMPT}".encode()):
        if not select.select([terminal], [], [], 120)[0]:
            sys.exit(f"qibu chat has gone quiet after {shown!r}")
        shown += os.read(terminal, 65536)
    return shown.decode()


def draw(shown: str, language: str, font: str) -> Image.Image:
    """The terminal as a picture."""
    han = ImageFont.truetype(font, SIZE, index=HAN)
    latin = ImageFont.truetype(font, SIZE, index=LATIN) if language == "en" else han
    lines = shown.splitlines()
    picture = Image.new("RGB", (WIDTH, MARGIN * 2 + PITCH * len(lines)), PAPER)
    pen = ImageDraw.Draw(picture)
    style = ""
    for row, line in enumerate(lines):
        x, y = float(MARGIN), MARGIN + row * PITCH
        for i, part in enumerate(STYLE.split(line)):
            if i % 2:
                style = part
                continue
            colour = PERSON if line.startswith(PROMPT) else COLOURS.get(style, INK)
            for character in part:
                face = han if character >= "⺀" else latin
                pen.text((x, y), character, font=face, fill=colour)
                x += face.getlength(character)
    return picture


def main() -> None:
    """Both languages, each with its page and its picture."""
    font = sys.argv[1] if len(sys.argv) > 1 else FONT
    for language, (page, picture) in PAGES.items():
        shown = converse(language)
        draw(shown, language, font).save(picture, optimize=True)
        bare = STYLE.sub("", shown)
        words = bare[bare.index(PROMPT) :]
        before, after = BLOCK.split(page.read_text(encoding="utf-8"))
        page.write_text(before + words + after, encoding="utf-8")
        print(f"{page.name}, {picture.name}")


main()
