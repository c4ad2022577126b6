"""Updates as Telegram sends them, as it may send them some day, and as a forger writes them.

Decides what Mallory, who is an admin of nothing of Vera's, can have pushed to the bot; what must
come of it is left to `world`.
"""

from __future__ import annotations

import pkgutil
import re
from importlib import import_module
from typing import Any

from hypothesis import strategies as st
from telegram.constants import ChatMemberStatus, ReactionEmoji

from bot import pages
from bot.handlers.commands import COMMANDS
from tests import nasty
from tests.bot.fuzz.world import World

Json = dict[str, Any]
Strategy = st.SearchStrategy[Json]

_NAMES = [command.name for command in COMMANDS] + ["start", "nonsense", "poem@qibu_test_bot"]
_KINDS = ("private", "group", "supergroup", "channel", "sender", "")
_MEDIA: tuple[Json, ...] = (
    {"photo": [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]},
    {"sticker": {"file_id": "f", "file_unique_id": "u", "type": "regular", "width": 1, "height": 1,
                 "is_animated": False, "is_video": False}},
    {"voice": {"file_id": "f", "file_unique_id": "u", "duration": 1}},
    {"document": {"file_id": "f", "file_unique_id": "u"}},
    {"contact": {"phone_number": "+1", "first_name": "<b>"}},
    {"location": {"latitude": 91.0, "longitude": -1e300}},
    {"dice": {"emoji": "🎲", "value": 7}},
    {"poll": {"id": "1", "question": "?", "options": [], "total_voter_count": 0, "is_closed": True,
              "is_anonymous": True, "type": "regular", "allows_multiple_answers": False,
              "allows_revoting": False, "members_only": False}},
    {"game": {"title": "t", "description": "d", "photo": []}},
    {"web_app_data": {"data": "{}", "button_text": "★5"}},
    {"story": {"chat": {"id": 5, "type": "private"}, "id": 1}},
    {"a_medium_of_the_future": {"id": 1}},
)  # fmt: skip
_SERVICE: tuple[Json, ...] = (
    {"new_chat_members": [{"id": 9, "is_bot": False, "first_name": "x"}]},
    {"left_chat_member": {"id": 8012345678, "is_bot": True, "first_name": "七步"}},
    {"new_chat_title": "<i>"},
    {"delete_chat_photo": True},
    {"group_chat_created": True},
    {"pinned_message": {"message_id": 1, "date": 0, "chat": {"id": 5, "type": "private"}}},
    {"forum_topic_created": {"name": "诗", "icon_color": 7322096}},
    {"forum_topic_closed": {}},
    {"forum_topic_edited": {}},
    {"general_forum_topic_hidden": {}},
    {"write_access_allowed": {}},
    {"users_shared": {"request_id": 1, "users": []}},
    {"video_chat_ended": {"duration": 1}},
    {"message_auto_delete_timer_changed": {"message_auto_delete_time": 1}},
    {"proximity_alert_triggered": {"traveler": {"id": 1, "is_bot": False, "first_name": "a"},
                                   "watcher": {"id": 2, "is_bot": False, "first_name": "b"},
                                   "distance": 0}},
    {"boost_added": {"boost_count": 1}},
    {"successful_payment": {"currency": "XTR", "total_amount": 1, "invoice_payload": "",
                            "telegram_payment_charge_id": "", "provider_payment_charge_id": ""}},
    {"a_service_of_the_future": {}},
)  # fmt: skip


class Forger:
    """Draws what is pushed into a world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._mallory = world.mallory.json()
        self._private = world.mallory.chat.json()
        self._group = world.group.json()
        self._own_channel = world.own_channel.json()
        self._data = st.one_of(*(st.from_regex(one, fullmatch=True) for one in self._patterns()))
        kinds = (
            *(self._message(), self._message(), self._press(), self._press()),
            *(self._query(), self._choice(), self._reaction(), self._totals()),
            *(self._membership(), self._post(), self._other()),
        )
        self._whole = st.deferred(lambda: st.one_of(kinds))

    def whole(self) -> Strategy:
        """Updates that Telegram may send: each is taken."""
        return self._whole

    def broken(self) -> Strategy:
        """The same with parts missing, and of other kinds."""
        return self.whole().flatmap(nasty.broken)

    def plain_command(self) -> Strategy:
        """A command in private, as a person writes it."""
        return st.builds(
            lambda text, name: {"message": self._said(self._private, f"/{name} {text}".strip())},
            nasty.texts(),
            st.sampled_from(_NAMES[:-1]),
        )

    @staticmethod
    def _patterns_of_pages() -> list[re.Pattern[str]]:
        modules = [
            import_module(f"bot.pages.{one.name}") for one in pkgutil.iter_modules(pages.__path__)
        ]
        return [
            value
            for module in modules
            for name, value in vars(module).items()
            if isinstance(value, re.Pattern) and not name.startswith("_")
        ]

    def _patterns(self) -> list[re.Pattern[str]]:
        """Every kind of callback data that buttons of ours carry, with ids that Mallory knows; and
        those of a version that is no more, or not yet."""
        world = self._world
        chats = (world.channel.id, world.group.id, world.own_channel.id)
        ids = {
            "[A-Za-z0-9_-]{12}": f"(?:{'|'.join(map(re.escape, world.poems))})",
            r"-\d{1,16}": rf"(?:{'|'.join(map(str, chats))}|-\d{{1,16}})",
            r"(?P<user>\d{1,16})": rf"(?:{world.vera.id}|\d{{1,16}})",
        }
        found = []
        for pattern in self._patterns_of_pages():
            text = pattern.pattern
            for general, known in ids.items():
                text = text.replace(general, known)
            found.append(re.compile(text))
            found.append(re.compile(text.replace("1:", "[029]:", 1)))
        zones = "Europe|America|Factory|localtime|posixrules|UTC|Etc/GMT-14|/etc/passwd|Asia/Tokyo"
        return [*found, re.compile(f"s1:(?:zone|daily|language|form|paper):(?:{zones}|auto|0830)")]

    # Parts of updates

    def _people(self) -> Strategy:
        language = st.one_of(
            st.none(), st.sampled_from(["en", "zh-hant", "", "x" * 64]), nasty.texts()
        )
        stranger = st.fixed_dictionaries(
            {
                "id": st.integers(5_000_000, 2**52 - 1),
                "is_bot": st.booleans(),
                "first_name": nasty.texts(),
            },
            optional={"language_code": language, "is_premium": st.just(True)},
        )
        return st.one_of(st.just(self._mallory), stranger)

    def _elsewhere(self) -> Strategy:
        """Chats that Telegram no longer knows when they are answered."""
        return st.fixed_dictionaries(
            {
                "id": st.integers(-(2**52), -(2**31)),
                "type": st.sampled_from(("group", "supergroup", "channel")),
            },
            optional={"title": nasty.texts().map(lambda t: t[:128]), "is_forum": st.just(True)},
        )

    def _chats(self) -> Strategy:
        return st.one_of(st.just(self._private), st.just(self._group), self._elsewhere())

    def _said(self, chat: Json, text: str, **parts: Any) -> Json:
        found: Json = {
            "message_id": 7,
            "date": 1_770_000_000,
            "chat": chat,
            "from": self._mallory,
            "text": text,
        }
        command = re.match(r"/[a-z0-9_@]+", text)
        if command is not None:
            found["entities"] = [{"type": "bot_command", "offset": 0, "length": command.end()}]
        return found | parts

    def _words(self) -> st.SearchStrategy[str]:
        command = st.builds(
            lambda name, text: f"/{name} {text}"[: nasty.LONGEST],
            st.sampled_from(_NAMES),
            nasty.texts(),
        )
        return st.one_of(command, command, nasty.raw_texts())

    def _entities(self) -> st.SearchStrategy[list[Json]]:
        return st.lists(
            st.fixed_dictionaries(
                {
                    "type": st.sampled_from(
                        ("bot_command", "mention", "text_link", "of_the_future")
                    ),
                    "offset": st.integers(-2, 5000),
                    "length": st.integers(-2, 5000),
                }
            ),
            max_size=3,
        )

    def _asked(self) -> Strategy:
        """A message of the bot's that is replied to, with buttons about Vera's channel."""
        bot = self._world.telegram.bot.json()
        about = {"text": "x", "callback_data": f"cw1:{self._world.channel.id}"}
        return st.builds(
            lambda text, date: (
                self._said(self._private, text)
                | {"from": bot, "date": date, "reply_markup": {"inline_keyboard": [[about]]}}
            ),
            nasty.texts(),
            st.sampled_from((0, 1_770_000_000)),
        )

    def _message(self) -> Strategy:
        """Of every kind, by Mallory or a stranger, in a chat that is none of Vera's own."""
        optional: Any = {
            "caption": nasty.raw_texts(),
            "caption_entities": self._entities(),
            "entities": self._entities(),
            "reply_to_message": self._asked(),
            "sender_chat": st.just(self._own_channel),
            "message_thread_id": st.sampled_from((self._world.topic, 1, 2**31)),
            "is_topic_message": st.booleans(),
            "via_bot": st.sampled_from((self._world.telegram.bot.json(), self._mallory)),
            "is_automatic_forward": st.just(True),
            "forward_origin": st.just({"type": "hidden_user", "date": 0, "sender_user_name": "?"}),
            "quote": st.just({"text": "月", "position": 0}),
            "external_reply": st.just({"origin": {"type": "of_the_future", "date": 0}}),
            "business_connection_id": st.just("b"),
            "a_field_of_the_future": nasty.values(),
        }
        said = st.builds(
            lambda chat, who, text, number, more, media: {
                "message": self._said(chat, text)
                | {"from": who, "message_id": number}
                | more
                | media
            },
            self._chats(),
            self._people(),
            self._words(),
            st.sampled_from((0, 1, 7, 2**31 - 1, 2**53)),
            st.fixed_dictionaries({}, optional=optional),
            st.one_of(st.just({}), st.just({}), st.sampled_from((*_MEDIA, *_SERVICE))),
        )
        return st.one_of(said, said.map(_without_text), self._moving())

    def _moving(self) -> Strategy:
        """A group that is none of Vera's and gets another id."""
        what = st.sampled_from(("migrate_to_chat_id", "migrate_from_chat_id"))
        return st.builds(
            lambda chat, name, number: {
                "message": _without_text({"message": self._said(chat, "")})["message"]
                | {name: number}
            },
            self._elsewhere(),
            what,
            st.integers(-(2**52), -(2**31)),
        )

    def _press(self) -> Strategy:
        """Of a button that is there, or is not, below a message of any age."""
        messages = [message.json() for message in self._world.pressable]
        shown = st.one_of(
            st.sampled_from(messages),
            st.sampled_from(messages).map(
                lambda one: {"chat": one["chat"], "message_id": one["message_id"], "date": 0}
            ),
            st.builds(lambda chat: self._said(chat, "月"), self._elsewhere()),
        )
        place = st.one_of(
            shown.map(lambda one: {"message": one}),
            shown.map(lambda one: {"message": one}),
            st.just({"inline_message_id": "BAAAAO8RBQDskbUAmPbrZPey0"}),
        )
        data = st.one_of(self._data, self._data, nasty.raw_texts().map(lambda text: text[:64]))
        said = st.one_of(
            data.map(lambda one: {"data": one}), st.just({"game_short_name": "g"}), st.just({})
        )
        return st.builds(
            lambda number, where, what: {
                "callback_query": {
                    "id": str(number), "from": self._mallory, "chat_instance": "1", **where, **what
                }
            },
            st.integers(1, 2**62),
            place,
            said,
        )  # fmt: skip

    def _query(self) -> Strategy:
        return st.builds(
            lambda number, who, text, offset, kind: {
                "inline_query": {
                    "id": str(number), "from": who, "query": text[:256], "offset": offset[:64],
                    "chat_type": kind,
                }
            },
            st.integers(1, 2**62),
            self._people(),
            nasty.raw_texts(),
            st.one_of(nasty.texts(), st.from_regex(r"\d{1,6}\.\d{1,15}", fullmatch=True)),
            st.sampled_from(_KINDS),
        )  # fmt: skip

    def _choice(self) -> Strategy:
        message: Strategy = st.just({"inline_message_id": "BAAAAO8RBQDskbUAmPbrZPey1"}) | st.just(
            {}
        )
        return st.builds(
            lambda number, text, where: {
                "chosen_inline_result": {
                    "result_id": number, "from": self._mallory, "query": text, **where
                }
            },
            st.one_of(self._data, nasty.texts().map(lambda text: text[:64])),
            nasty.texts(),
            message,
        )  # fmt: skip

    def _emoji(self) -> Strategy:
        return st.one_of(
            st.sampled_from(list(ReactionEmoji)).map(
                lambda one: {"type": "emoji", "emoji": one.value}
            ),
            nasty.texts().map(lambda text: {"type": "emoji", "emoji": text}),
            st.sampled_from(
                [
                    {"type": "paid"},
                    {"type": "custom_emoji", "custom_emoji_id": "5"},
                    {"type": "new"},
                ]
            ),
        )

    def _reaction(self) -> Strategy:
        numbers = st.one_of(
            st.sampled_from([message.id for message in self._world.pressable]),
            st.integers(-1, 2**53),
        )
        who = st.one_of(
            st.just({"user": self._mallory}),
            st.just({"actor_chat": self._own_channel}),
            st.just({}),
        )
        return st.builds(
            lambda chat, number, who, old, new: {
                "message_reaction": {
                    "chat": chat, "message_id": number, "date": 1_770_000_000,
                    "old_reaction": old, "new_reaction": new, **who,
                }
            },
            self._chats(),
            numbers,
            who,
            st.lists(self._emoji(), max_size=2),
            st.lists(self._emoji(), max_size=4),
        )  # fmt: skip

    def _totals(self) -> Strategy:
        totals = st.builds(
            lambda kind, count: {"type": kind, "total_count": count},
            self._emoji(),
            st.integers(0, 2**31 - 1),
        )
        return st.builds(
            lambda chat, number, totals: {
                "message_reaction_count": {
                    "chat": chat, "message_id": number, "date": 1_770_000_000, "reactions": totals
                }
            },
            st.one_of(self._elsewhere(), st.just(self._own_channel)),
            st.integers(-1, 2**53),
            st.lists(totals, max_size=5),
        )  # fmt: skip

    def _membership(self) -> Strategy:
        bot = self._world.telegram.bot.json()
        rights = {
            "can_be_edited": False, "is_anonymous": False, "can_manage_chat": True,
            "can_delete_messages": True, "can_manage_video_chats": True, "is_member": True,
            "can_restrict_members": True, "can_promote_members": True, "can_change_info": True,
            "can_invite_users": True, "can_post_stories": True, "can_edit_stories": True,
            "can_delete_stories": True, "until_date": 0, "can_send_messages": False,
            "can_send_audios": False, "can_send_documents": False, "can_send_photos": False,
            "can_send_videos": False, "can_send_video_notes": False, "can_send_voice_notes": False,
            "can_send_polls": False, "can_send_other_messages": False, "can_pin_messages": False,
            "can_add_web_page_previews": False, "can_manage_topics": False, "can_edit_tag": False,
            "can_react_to_messages": False,
        }  # fmt: skip
        status = st.sampled_from([*(one.value for one in ChatMemberStatus), "of_the_future"])
        member = status.map(lambda one: {"user": bot, "status": one, **rights})
        return st.builds(
            lambda chat, who, before, after: {
                "my_chat_member": {
                    "chat": chat, "from": who, "date": 1_770_000_000,
                    "old_chat_member": before, "new_chat_member": after,
                }
            },
            st.one_of(self._elsewhere(), st.just(self._private)),
            self._people(),
            member,
            member,
        )  # fmt: skip

    def _post(self) -> Strategy:
        """In Mallory's own channel, or one that nobody knows; edits, too."""
        channel = st.one_of(
            st.just(self._own_channel), self._elsewhere().map(lambda one: one | {"type": "channel"})
        )
        return st.builds(
            lambda kind, chat, text: {
                kind: {
                    name: part
                    for name, part in self._said(chat, text, sender_chat=chat).items()
                    if name != "from"
                }
            },
            st.sampled_from(("channel_post", "edited_channel_post")),
            channel,
            self._words(),
        )

    def _other(self) -> Strategy:
        """Kinds that no handler takes."""
        said = self._said(self._private, "/poem")
        kinds: tuple[Json, ...] = (
            {"edited_message": said | {"edit_date": 1_770_000_001}},
            {"business_message": said},
            {"deleted_business_messages": {
                "business_connection_id": "b", "chat": self._private, "message_ids": [1]}},
            {"poll_answer": {"poll_id": "1", "option_ids": [], "user": self._mallory}},
            {"poll": _MEDIA[7]["poll"]},
            {"chat_join_request": {"chat": self._group, "from": self._mallory, "date": 0,
                                   "user_chat_id": self._mallory["id"]}},
            {"shipping_query": {"id": "1", "from": self._mallory, "invoice_payload": "",
                                "shipping_address": {
                                    "country_code": "", "state": "", "city": "",
                                    "street_line1": "", "street_line2": "", "post_code": ""}}},
            {"pre_checkout_query": {"id": "1", "from": self._mallory, "currency": "XTR",
                                    "total_amount": 1, "invoice_payload": ""}},
            {"chat_boost": {"chat": self._group, "boost": {
                "boost_id": "1", "add_date": 0, "expiration_date": 0,
                "source": {"source": "premium", "user": self._mallory}}}},
            {"purchased_paid_media": {"from": self._mallory, "paid_media_payload": ""}},
            {},
        )  # fmt: skip
        return st.one_of(
            st.sampled_from(kinds), nasty.values().map(lambda one: {"a_kind_of_the_future": one})
        )


def _without_text(update: Json) -> Json:
    message = update["message"]
    return {"message": {k: v for k, v in message.items() if k not in ("text", "entities")}}
