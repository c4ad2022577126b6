"""The gallery in Debian's Chromium, which obeys its policy to the letter."""

from __future__ import annotations

import asyncio
import re
import shutil
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.gallery import create_gallery
from bot.gallery.answers import Guarded
from bot.listening import listening
from bot.services import Services
from bot.settings import Listen
from bot.store import Store
from tests.bot.databases import new_poem, rated

CHROMIUM = shutil.which("chromium")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --enable-logging=stderr"
    " --disable-background-networking --disable-component-update --disable-sync"
    " --disable-dev-shm-usage --virtual-time-budget=5000 --window-size=390,844"
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium here"),
]


class Watched:
    """Notes what a browser asks for."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.paths: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.paths.append(scope["path"])
        await self._app(scope, receive, send)


@pytest.fixture
async def site(services: Services) -> AsyncIterator[tuple[Watched, str]]:
    """A gallery, and where it is."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        listen = Listen("127.0.0.1", free.getsockname()[1])
    watched = Watched(create_gallery(services, "qibu_bot"))
    async with listening(listen, watched):
        yield watched, f"http://{listen}"


async def opened(address: str, profile: Path, *flags: str) -> tuple[str, str]:
    """The page as the browser understood it, and what it complained about."""
    assert CHROMIUM is not None
    browser = await asyncio.create_subprocess_exec(
        CHROMIUM,
        *FLAGS.split(),
        f"--user-data-dir={profile}",
        *flags,
        "--dump-dom",
        address,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        page, log = await asyncio.wait_for(browser.communicate(), 60)
    finally:
        if browser.returncode is None:
            browser.kill()
            await browser.wait()
    said = [line for line in log.decode().splitlines() if "CONSOLE" in line]
    return page.decode(), "\n".join(said)


async def test_a_browser_finds_nothing_to_complain_about(
    site: tuple[Watched, str], store: Store, tmp_path: Path
) -> None:
    watched, home = site
    poem = await rated(store, [5], replace(new_poem(), latent=(0.5, 1.0, 0.5, 1.0)))
    for number, path in enumerate(("/", f"/v/{poem.public_id}", "/days", "/map", "/search?q=山")):
        page, said = await opened(home + path, tmp_path / str(number))
        assert "白日依山尽" in re.sub("<rt>.*?</rt>|<[^>]+>", "", page) or path == "/days", path
        assert not said, path
    for asked in (
        "/static/gallery.css",
        f"/kai/{poem.public_id}.css",
        f"/kai/{poem.public_id}.woff2",
        f"/v/{poem.public_id}/card.jpg",
    ):
        assert asked in watched.paths


async def test_the_stars_are_shown_to_whom_telegram_sent(
    site: tuple[Watched, str], store: Store, tmp_path: Path
) -> None:
    _, home = site
    poem = await rated(store, [5])
    address = f"{home}/v/{poem.public_id}"
    form = '<form id="stars"[^>]* hidden=""'
    page, _ = await opened(address, tmp_path / "stranger")
    assert re.search(form, page)
    page, said = await opened(f"{address}#tgWebAppData=user%3D7%26hash%3Dx", tmp_path / "sent")
    assert '<form id="stars"' in page
    assert not re.search(form, page)
    assert not said


async def test_a_browser_would_complain(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        listen = Listen("127.0.0.1", free.getsockname()[1])
    page = HTMLResponse(
        '<p style="color: red">x</p><script>document.body.textContent = ""</script>'
    )
    async with listening(listen, Guarded(page)):
        shown, said = await opened(f"http://{listen}/", tmp_path)
    assert "Content Security Policy" in said
    assert "<p" in shown, "the script did not run"
