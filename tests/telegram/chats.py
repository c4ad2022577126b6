"""Chats, their members and rights.

Decides who is in a chat, what the bot may do there and what reaches it; groups are left to
`groups`, what people do to `people`, what the bot asks for to the methods.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from tests.telegram.messages import Message
from tests.telegram.refusals import bad_request, forbidden

if TYPE_CHECKING:
    from tests.telegram.fake import FakeTelegram
    from tests.telegram.groups import Supergroup
    from tests.telegram.people import Account, User

Status = Literal["creator", "administrator", "member", "restricted", "left", "kicked"]

_COMMON_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)
_CHANNEL_RIGHTS = ("can_post_messages", "can_edit_messages")
_GROUP_RIGHTS = ("can_pin_messages", "can_manage_topics")
RESTRICTIONS = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
    "can_edit_tag",
    "can_react_to_messages",
)


@dataclass(frozen=True)
class Membership:
    """What somebody is in a chat; rights matter for administrators and the restricted only."""

    status: Status = "left"
    lacking: frozenset[str] = frozenset()

    @property
    def is_in(self) -> bool:
        return self.status not in ("left", "kicked")

    @property
    def administers(self) -> bool:
        return self.status in ("creator", "administrator")

    def may(self, right: str) -> bool:
        return self.status == "creator" or (
            self.status == "administrator" and right not in self.lacking
        )

    def may_send(self, right: str, forbidden: frozenset[str]) -> bool:
        """Whether a group in which `forbidden` is closed to members takes this from them."""
        if self.administers:
            return True
        return right not in self.lacking and right not in forbidden

    def json(self, account: Account, chat: Chat) -> dict[str, Any]:
        found: dict[str, Any] = {"user": account.json(), "status": self.status}
        if self.administers:
            found["is_anonymous"] = False
        if self.status == "administrator":
            special = _CHANNEL_RIGHTS if chat.kind == "channel" else _GROUP_RIGHTS
            found["can_be_edited"] = False
            found |= {right: right not in self.lacking for right in _COMMON_RIGHTS + special}
        elif self.status == "restricted":
            found |= {"is_member": True, "until_date": 0}
            found |= {right: right not in self.lacking for right in RESTRICTIONS}
        elif self.status == "kicked":
            found["until_date"] = 0
        return found


class Chat:
    """A chat of any kind, as the tests and the Bot API see it."""

    kind: Literal["private", "group", "supergroup", "channel"]

    def __init__(self, telegram: FakeTelegram, chat_id: int, title: str, username: str | None):
        self.telegram = telegram
        self.id = chat_id
        self.title = title
        self.username = username
        self.members: dict[int, Membership] = {}
        self.messages: list[Message] = []
        self.topics: dict[int, bool] = {}
        self.last_bot_to_speak: int | None = None
        self.actions: list[str] = []
        self._last_message_id = 0

    def __repr__(self) -> str:
        return f"<{self.kind} {self.title!r} {self.id}>"

    @property
    def answers(self) -> list[Message]:
        """The bot's messages that still stand, oldest first."""
        bot = self.telegram.bot
        return [
            message
            for message in self.messages
            if not message.deleted and not message.service and message.sender is bot
        ]

    @property
    def last_answer(self) -> Message:
        assert self.answers, f"the bot said nothing in {self!r}; calls: {self.telegram.calls}"
        return self.answers[-1]

    def membership(self, account_id: int) -> Membership:
        return self.members.get(account_id, Membership())

    @property
    def bot_membership(self) -> Membership:
        return self.membership(self.telegram.bot.id)

    def find(self, message_id: int) -> Message | None:
        for message in reversed(self.messages):
            if message.id == message_id and not message.deleted:
                return message
        return None

    def add(self, sender: Account | None, **parts: Any) -> Message:
        """Adds a message under the chat's next id."""
        self._last_message_id += 1
        message = Message(
            self, self._last_message_id, self.telegram.clock.timestamp, sender, **parts
        )
        self.messages.append(message)
        return message

    def check_readable(self) -> None:
        """Refuses a bot that may not look into the chat."""
        raise NotImplementedError

    def check_writable(self, what: str = "text messages") -> None:
        """Refuses a bot that may not write into the chat."""
        raise NotImplementedError

    def check_pace(self) -> None:
        """Refuses a bot that must wait for its next message."""

    def check_editable(self) -> None:
        """Refuses a bot that may not change messages in the chat."""
        self.check_readable()

    def reaches_bot(self, message: Message) -> bool:
        """Whether Telegram shows this message to the bot."""
        raise NotImplementedError

    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = {"id": self.id, "type": self.kind, "title": self.title}
        if self.username:
            found["username"] = self.username
        if self.topics:
            found["is_forum"] = True
        return found


class PrivateChat(Chat):
    """The chat of one person with the bot; the bot may write once the person has."""

    kind = "private"

    def __init__(self, telegram: FakeTelegram, user: User) -> None:
        super().__init__(telegram, user.id, user.first_name, user.username)
        self.user = user
        self.started = False
        self.blocked = False

    def membership(self, account_id: int) -> Membership:
        if account_id == self.telegram.bot.id:
            return Membership("kicked" if self.blocked else "member")
        return Membership("member" if account_id == self.id else "left")

    def check_readable(self) -> None:
        if not self.started:
            raise bad_request("chat not found")

    def check_writable(self, what: str = "text messages") -> None:
        del what  # one may say anything to a person, or nothing
        if not self.started and self.user.met_bot:
            raise forbidden("bot can't initiate conversation with a user")
        self.check_readable()
        if self.user.deactivated:
            raise forbidden("user is deactivated")
        if self.blocked:
            raise forbidden("bot was blocked by the user")

    def reaches_bot(self, message: Message) -> bool:
        return not self.blocked

    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = {"id": self.id, "type": "private", "first_name": self.title}
        return found | ({"username": self.username} if self.username else {})


class Channel(Chat):
    """A channel; only administrators with the right post there."""

    kind = "channel"
    discussion: Supergroup | None = None

    def discusses_in(self, group: Supergroup) -> None:
        """Links a group: Telegram copies each post there."""
        self.discussion = group

    def check_readable(self) -> None:
        status = self.bot_membership.status
        if status == "kicked":
            raise forbidden("bot was kicked from the channel chat")
        if status == "left":
            raise forbidden("bot is not a member of the channel chat")

    def check_writable(self, what: str = "text messages") -> None:
        self.check_readable()
        if not self.bot_membership.may("can_post_messages"):
            raise bad_request("need administrator rights in the channel chat")

    def reaches_bot(self, message: Message) -> bool:
        return self.bot_membership.administers
