"""People and what they do, as verbs.

Decides what follows in Telegram when somebody writes, edits, clicks, blocks or changes rights; what
the bot sees of it is left to the chats.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.telegram import markup
from tests.telegram.chats import (
    RESTRICTIONS,
    Channel,
    Chat,
    Membership,
    PrivateChat,
    Status,
)
from tests.telegram.groups import Group, copy_to_discussion
from tests.telegram.inline import InlineQuery, ask_inline, choose
from tests.telegram.messages import Click, Message
from tests.telegram.reactions import react

if TYPE_CHECKING:
    from tests.telegram.fake import FakeTelegram

MAX_TEXT = 4096


class Account:
    """Somebody with an id: a person or a bot."""

    def __init__(
        self,
        account_id: int,
        first_name: str,
        *,
        username: str | None = None,
        language_code: str | None = None,
        is_bot: bool = False,
    ) -> None:
        self.id = account_id
        self.first_name = first_name
        self.username = username
        self.language_code = language_code
        self.is_bot = is_bot

    def __repr__(self) -> str:
        return f"<{self.first_name} {self.id}>"

    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "id": self.id,
            "is_bot": self.is_bot,
            "first_name": self.first_name,
        }
        if self.username:
            found["username"] = self.username
        if self.language_code:
            found["language_code"] = self.language_code
        return found


class User(Account):
    """A person."""

    def __init__(self, telegram: FakeTelegram, account_id: int, name: str, **about: Any) -> None:
        super().__init__(account_id, name, **about)
        self.telegram = telegram
        self.chat = PrivateChat(telegram, self)
        self.met_bot = False
        self.deactivated = False
        self.premium = False
        self._dismissed: set[Message] = set()

    @property
    def answers(self) -> list[Message]:
        return self.chat.answers

    @property
    def last_answer(self) -> Message:
        return self.chat.last_answer

    # Writing

    def sends(
        self,
        text: str,
        in_chat: Chat | None = None,
        *,
        reply_to: Message | None = None,
        topic: int | None = None,
        anonymously: bool = False,
        as_channel: Channel | None = None,
        dismissing: bool = False,
    ) -> Message:
        """Writes a message; while the bot asks this person for a reply, it becomes that reply.

        `dismissing` closes the reply field first, as people do who have changed their mind.
        """
        chat = in_chat or self.chat
        formatted = markup.read(text, "")
        assert formatted.text, "Telegram's clients send no empty message"
        assert markup.utf16_length(formatted.text) <= MAX_TEXT, "clients split longer messages"
        with self.telegram.lock:
            self._check_may_write(chat)
            asked = self._asked_by(chat, topic)
            if dismissing and asked is not None:
                self._dismissed.add(asked)
                asked = None
            message = chat.add(self, formatted=formatted, reply_to=reply_to or asked)
            message.thread_id = topic
            if anonymously:
                assert chat.membership(self.id).administers, "only administrators are anonymous"
                message.sender, message.sender_chat = self.telegram.group_bot, chat
            if as_channel is not None:
                message.sender, message.sender_chat = self.telegram.channel_bot, as_channel
            self.telegram.show_to_bot("message", message)
            return message

    async def asks(self, text: str, in_chat: Chat | None = None, **how: Any) -> Message:
        """Writes, waits until the bot is done, and gives its last message."""
        chat = in_chat or self.chat
        before = len(chat.answers)
        self.sends(text, in_chat, **how)
        await self.telegram.settled()
        assert len(chat.answers) > before, f"no answer to {text!r} in {chat!r}"
        return chat.last_answer

    def edits(self, message: Message, text: str) -> None:
        assert message.sender is self, "people edit their own messages"
        with self.telegram.lock:
            message.earlier.append(message.text)
            message.formatted = markup.read(text, "")
            message.edit_date = self.telegram.clock.timestamp
            self.telegram.show_to_bot("edited_message", message)

    def posts(self, text: str, channel: Channel) -> Message:
        """Posts in a channel, under the channel's name."""
        assert channel.membership(self.id).administers, "only administrators post"
        with self.telegram.lock:
            formatted = markup.read(text, "")
            message = channel.add(None, formatted=formatted, sender_chat=channel)
            self.telegram.show_to_bot("channel_post", message)
            copy_to_discussion(message)
            return message

    def deletes(self, message: Message) -> None:
        """Deletes a message; bots are not told."""
        with self.telegram.lock:
            message.deleted = True

    def _check_may_write(self, chat: Chat) -> None:
        if isinstance(chat, PrivateChat):
            assert chat is self.chat, "a private chat belongs to one person"
            assert not chat.blocked, "unblock the bot first"
            chat.started = True
        else:
            assert not isinstance(chat, Channel), "use posts() in channels"
            mine = chat.membership(self.id)
            assert mine.is_in, f"{self!r} is not in {chat!r}"
            if isinstance(chat, Group):
                assert mine.may_send("can_send_messages", chat.forbidden), "only admins write here"
                assert chat.seconds_to_wait(self.id) <= 0, "slow mode: clients count down"
            self.met_bot = self.met_bot or chat.bot_membership.is_in

    def _asked_by(self, chat: Chat, topic: int | None) -> Message | None:
        """The bot's message whose reply field is open for this person."""
        asking = [m for m in chat.answers if m.asks_for_reply and m.thread_id == topic]
        if not asking or asking[-1] in self._dismissed:
            return None
        question = asking[-1]
        later = chat.messages[chat.messages.index(question) + 1 :]
        if any(message.sender is self for message in later):
            return None
        assert question.markup is not None
        to_me = question.reply_to is not None and question.reply_to.sender is self
        return question if to_me or not question.markup.selective else None

    # Clicking

    def clicks(self, message: Message, wanted: str) -> Click:
        """Presses the button with this label or callback data."""
        button = message.button(wanted)
        assert button.data is not None, f"{button.text!r} is not a callback button"
        return self.forges_click(message, button.data)

    def forges_click(self, message: Message, data: str) -> Click:
        """Sends callback data that no button need carry: any client may."""
        with self.telegram.lock:
            click = Click(
                self.telegram.next_query_id(), self, message, data, self.telegram.clock.timestamp
            )
            self.telegram.clicks[click.id] = click
            self.telegram.updates.add("callback_query", click.json())
            return click

    # Inline mode

    def types(
        self, text: str = "", in_chat: Chat | None = None, *, offset: str = ""
    ) -> InlineQuery:
        """Writes the bot's name and words after it into the field of a chat, sending nothing; an
        offset scrolls down."""
        return ask_inline(self, text, in_chat or self.chat, offset)

    async def is_offered(
        self, text: str = "", in_chat: Chat | None = None, *, offset: str = ""
    ) -> InlineQuery:
        """Types, and waits for the list."""
        query = self.types(text, in_chat, offset=offset)
        await self.telegram.settled()
        assert query.answered, f"no answer to the inline query {text!r}"
        return query

    def chooses(self, query: InlineQuery, wanted: str, in_chat: Chat | None = None) -> Message:
        """Sends a result, in this person's name; the bot need not be in that chat."""
        chat = in_chat or self.chat
        if isinstance(chat, PrivateChat):
            self._check_may_write(chat)
        return choose(self, query, query.result(wanted), chat)

    def reacts(self, message: Message, *reactions: str, anonymously: bool = False) -> None:
        """Sets this person's reactions to a message, as emoji; none takes them back."""
        with self.telegram.lock:
            chat = message.chat
            assert chat.membership(self.id).is_in, f"{self!r} is not in {chat!r}"
            react(self, message, reactions, anonymously=anonymously)

    # Having the bot around

    def blocks_bot(self) -> None:
        self._turns_bot(blocked=True)

    def unblocks_bot(self) -> None:
        self._turns_bot(blocked=False)

    def _turns_bot(self, *, blocked: bool) -> None:
        with self.telegram.lock:
            before = self.chat.bot_membership
            self.chat.blocked = blocked
            self._report(self.chat, before)

    def adds_bot_to(self, chat: Group | Channel, *, without: tuple[str, ...] = ()) -> None:
        """Adds the bot: as an administrator to a channel, as a member to a group."""
        if isinstance(chat, Channel):
            self._sets_bot(chat, "administrator", without)
        else:
            self._sets_bot(chat, "member")
            joined = {"new_chat_members": [self.telegram.bot.json()]}
            with self.telegram.lock:
                self.telegram.show_to_bot("message", chat.add(self, service=joined))

    def removes_bot_from(self, chat: Chat) -> None:
        self._sets_bot(chat, "kicked")

    def promotes_bot_in(self, chat: Chat, *, without: tuple[str, ...] = ()) -> None:
        self._sets_bot(chat, "administrator", without)

    def demotes_bot_in(self, chat: Chat) -> None:
        self._sets_bot(chat, "member")

    def silences_bot_in(self, chat: Group) -> None:
        """The bot stays, and may no longer write."""
        self._sets_bot(chat, "restricted", RESTRICTIONS)

    def promotes(self, user: User, chat: Chat, *, without: tuple[str, ...] = ()) -> None:
        with self.telegram.lock:
            chat.members[user.id] = Membership("administrator", frozenset(without))

    def _sets_bot(self, chat: Chat, status: Status, without: tuple[str, ...] = ()) -> None:
        assert chat.membership(self.id).administers, f"{self!r} does not administer {chat!r}"
        with self.telegram.lock:
            before = chat.bot_membership
            chat.members[self.telegram.bot.id] = Membership(status, frozenset(without))
            self._report(chat, before)

    def _report(self, chat: Chat, before: Membership) -> None:
        bot = self.telegram.bot
        self.telegram.updates.add(
            "my_chat_member",
            {
                "chat": chat.json(),
                "from": self.json(),
                "date": self.telegram.clock.timestamp,
                "old_chat_member": before.json(bot, chat),
                "new_chat_member": chat.bot_membership.json(bot, chat),
            },
        )
