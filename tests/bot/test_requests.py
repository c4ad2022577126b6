"""Requests to a Bot API that answers, breaks, hangs, is full or not there, or behind a proxy."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from telegram import Bot
from telegram.error import NetworkError, TimedOut

from bot.requests import ApiRequest, left_nothing
from tests.telegram import TOKEN, FakeServer, FakeTelegram

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
_OK = b'HTTP/1.1 200 OK\r\nContent-Length: 26\r\n\r\n{"ok": true, "result": []}'


@asynccontextmanager
async def api(talk: Talk) -> AsyncIterator[str]:
    """The address of something that speaks like that to whoever comes."""
    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def fails(request: ApiRequest, address: str) -> NetworkError:
    async with request:
        with pytest.raises(NetworkError) as found:
            await request.post(f"{address}/bot1:a/getMe")
    return found.value


async def test_nobody_there_means_that_nothing_left() -> None:
    async with api(lambda *_: asyncio.sleep(0)) as address:
        pass  # the port is closed again
    error = await fails(ApiRequest(address), address)
    assert left_nothing(error)


async def test_no_connection_free_means_that_nothing_left() -> None:
    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with api(hang) as address:
        request = ApiRequest(address, connections=1, pool_timeout=0.2, read_timeout=2)
        async with request:
            first = asyncio.create_task(request.post(f"{address}/bot1:a/getMe"))
            await asyncio.sleep(0.1)
            with pytest.raises(TimedOut) as found:
                await request.post(f"{address}/bot1:a/getMe")
            assert left_nothing(found.value)
            with pytest.raises(TimedOut) as silence:
                await first
            assert not left_nothing(silence.value)


async def test_a_connection_that_breaks_may_have_carried_everything() -> None:
    async def read_and_leave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.abort()

    async with api(read_and_leave) as address:
        assert not left_nothing(await fails(ApiRequest(address), address))


async def test_a_page_of_a_proxy_leaves_no_traceback_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def show_a_page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 14\r\n\r\n<h1>Nginx</h1>")
        writer.close()

    async with api(show_a_page) as address:
        error = await fails(ApiRequest(address), address)
    assert "Bad Gateway (502)" in str(error)
    assert caplog.records == []


async def test_a_kept_connection_that_was_closed_is_not_used_for_a_message() -> None:
    answered = 0

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal answered
        await reader.readuntil(b"\r\n\r\n")
        answered += 1
        writer.write(_OK)
        await writer.drain()
        writer.close()

    async with api(once) as address, ApiRequest(address) as request:
        for _ in range(3):
            assert await request.post(f"{address}/bot1:a/getUpdates") == []
            await asyncio.sleep(0.05)
    assert answered == 3


@pytest.mark.parametrize("excepted", [False, True])
async def test_a_proxy_in_the_environment_is_asked(
    monkeypatch: pytest.MonkeyPatch, excepted: bool
) -> None:
    heard: list[bytes] = []

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n"))
        writer.write(_OK)
        await writer.drain()
        writer.close()

    async with api(hear) as proxy:
        address = proxy.replace("127.0.0.1", "localhost") if excepted else "http://api.invalid"
        monkeypatch.setenv("http_proxy", proxy)
        monkeypatch.setenv("no_proxy", "localhost")
        async with ApiRequest(address) as request:
            assert await request.post(f"{address}/bot1:a/getUpdates") == []
    whole = b"/bot1:a/getUpdates" if excepted else b"http://api.invalid/bot1:a/getUpdates"
    assert heard == [b"POST " + whole + b" HTTP/1.1\r\n"]


async def test_a_proxy_of_another_kind_is_told_of_and_left_out(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("all_proxy", "socks5://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "")
    async with api(_answer) as address, ApiRequest(address) as request:
        assert await request.post(f"{address}/bot1:a/getUpdates") == []
    assert "only proxies of HTTP are used" in caplog.text


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(_OK)
    await writer.drain()
    writer.close()


async def test_words_and_pictures_arrive_as_they_are() -> None:
    telegram = FakeTelegram()
    ada = telegram.user("Ada")
    ada.sends("/start")
    words = "春眠 <b>不</b> & “觉”🌸\n" + "曉" * 900
    picture = b"\x89PNG\r\n\x00" * 5000
    with FakeServer(telegram) as server:
        async with (
            ApiRequest(server.url) as request,
            Bot(TOKEN, f"{server.url}/bot", request=request, get_updates_request=request) as bot,
        ):
            said = await bot.send_message(ada.id, words)
            shown = await bot.send_photo(ada.id, picture, caption="春　眠&=?")
    assert said.text == words
    assert shown.caption == "春　眠&=?"
    assert telegram.files[shown.photo[0].file_id] == picture
