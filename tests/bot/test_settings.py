"""The settings: what is taken, what is refused by name, and what is never shown."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.settings import Allowance, Listen, Mode, Settings

TOKEN = "123456:AA-a_token_of_BotFather"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("QIBU_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_everything_has_a_default() -> None:
    settings = Settings()
    assert settings.telegram_token is None
    assert settings.telegram_api == "https://api.telegram.org"
    assert settings.database_url == "sqlite+aiosqlite:///qibu.db"
    assert settings.mode is Mode.POLLING
    assert settings.timezone.key == "Asia/Shanghai"
    assert (settings.device, settings.log_format) == ("auto", "text")
    assert (settings.worker_url, settings.model, settings.metrics_listen) == (None, None, None)


def test_values_are_read_from_environment_before_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("QIBU_TIMEZONE=Europe/Berlin\nQIBU_DEVICE=cpu\nOTHER=1\n")
    monkeypatch.setenv("QIBU_DEVICE", "cuda")
    monkeypatch.setenv("QIBU_WORKER_URL", "")
    settings = Settings()
    assert (settings.timezone.key, settings.device) == ("Europe/Berlin", "cuda")
    assert settings.worker_url is None, "an empty variable is none"


@pytest.mark.parametrize(
    ("text", "listen"),
    [
        ("127.0.0.1:8080", Listen("127.0.0.1", 8080)),
        (":8080", Listen("0.0.0.0", 8080)),
        ("[::1]:9000", Listen("::1", 9000)),
        ("localhost:1", Listen("localhost", 1)),
    ],
)
def test_addresses_to_listen_at(monkeypatch: pytest.MonkeyPatch, text: str, listen: Listen) -> None:
    monkeypatch.setenv("QIBU_METRICS_LISTEN", text)
    assert Settings().metrics_listen == listen


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TELEGRAM_TOKEN", "not-a-token-but-secret"),
        ("TELEGRAM_API", "api.telegram.org"),
        ("DATABASE_URL", "sqlite:///qibu.db"),
        ("WORKER_URL", "ftp://worker"),
        ("DEVICE", "tpu"),
        ("MODE", "pigeon"),
        ("WEBHOOK_SECRET", "with spaces"),
        ("WEBHOOK_LISTEN", "8443"),
        ("METRICS_LISTEN", "host:99999"),
        ("GALLERY_LISTEN", "8090"),
        ("GALLERY_URL", "verse.example"),
        ("OWNER_ID", "ada"),
        ("TIMEZONE", "Mars/Olympus"),
        ("TIMEZONE", "../etc/passwd"),
        ("LOG_FORMAT", "xml"),
    ],
)
def test_a_bad_value_names_its_setting_and_is_not_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"QIBU_{name}", value)
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert [error["loc"] for error in refused.value.errors()] == [(name.lower(),)]
    assert value not in str(refused.value)


def test_a_webhook_needs_its_address_and_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QIBU_MODE", "webhook")
    with pytest.raises(ValidationError) as refused:
        Settings()
    places = {error["loc"] for error in refused.value.errors()}
    assert places == {("webhook_url",), ("webhook_secret",)}
    monkeypatch.setenv("QIBU_WEBHOOK_URL", "https://bot.example/hook/")
    monkeypatch.setenv("QIBU_WEBHOOK_SECRET", "a-secret")
    assert Settings().webhook_url == "https://bot.example/hook"


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = {
        "TELEGRAM_TOKEN": TOKEN,
        "WORKER_KEY": "the-key",
        "WEBHOOK_SECRET": "the-secret",
        "DATABASE_URL": "postgresql+asyncpg://qibu:the-password@db/qibu",
    }
    for name, value in secrets.items():
        monkeypatch.setenv(f"QIBU_{name}", value)
    shown = f"{Settings()!r} {Settings()}"
    assert not [value for value in secrets.values() if value in shown]


def test_an_allowance_is_read_and_shown_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QIBU_FAIR_USE_PERSON", " 12/90 ")
    monkeypatch.setenv("QIBU_FAIR_USE_CHAT", "off")
    settings = Settings(_env_file=None)
    assert settings.fair_use_person == Allowance(12, 90)
    assert str(settings.fair_use_person) == "12/90"
    assert settings.fair_use_chat is None


@pytest.mark.parametrize("value", ["12", "0/60", "12/0", "12/x", "-1/60", "a lot"])
def test_a_bad_allowance_says_how_to_write_it(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("QIBU_FAIR_USE_CHAT", value)
    with pytest.raises(ValidationError, match="requests/seconds"):
        Settings(_env_file=None)
