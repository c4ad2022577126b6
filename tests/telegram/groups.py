"""Groups, supergroups, forums.

Decides what a group lets its members and the bot do: whether they may write and how often, in
which topic, and what privacy mode shows of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from tests.telegram.chats import Channel, Chat
from tests.telegram.messages import Message
from tests.telegram.refusals import bad_request, forbidden, migrated, too_many_requests

if TYPE_CHECKING:
    from tests.telegram.people import User

_RIGHTS = {"text messages": "can_send_messages", "photos": "can_send_photos"}


class Group(Chat):
    """A group, in which the bot sees what privacy mode lets through."""

    kind: Literal["group", "supergroup"] = "group"
    migrated_to: Supergroup | None = None
    forbidden: frozenset[str] = frozenset()
    """What members that are no administrators may not do."""
    slow_mode = 0
    """Seconds between two messages of such a member."""

    def check_readable(self) -> None:
        if self.kind == "supergroup":
            self._check_membership()

    def check_editable(self) -> None:
        self._check_membership()

    def _check_membership(self) -> None:
        status = self.bot_membership.status
        if status == "kicked":
            raise forbidden(f"bot was kicked from the {self.kind} chat")
        if status == "left":
            raise forbidden(f"bot is not a member of the {self.kind} chat")

    def check_writable(self, what: str = "text messages") -> None:
        if self.migrated_to is not None:
            raise migrated(self.migrated_to.id)
        self._check_membership()
        if not self.bot_membership.may_send(_RIGHTS[what], self.forbidden):
            raise bad_request(f"not enough rights to send {what} to the chat")

    def check_pace(self) -> None:
        if (left := self.seconds_to_wait(self.telegram.bot.id)) > 0:
            raise too_many_requests(left)

    def seconds_to_wait(self, account_id: int) -> int:
        """How long slow mode makes somebody wait; administrators never do."""
        if not self.slow_mode or self.membership(account_id).administers:
            return 0
        own = [m for m in self.messages if m.sender is not None and m.sender.id == account_id]
        said = [message.date for message in own if not message.service]
        return said[-1] + self.slow_mode - self.telegram.clock.timestamp if said else 0

    def reaches_bot(self, message: Message) -> bool:
        bot = self.telegram.bot
        mine = self.bot_membership
        if not mine.is_in:
            return False
        if mine.administers or not self.telegram.privacy_mode or message.service:
            return True
        if message.via is bot or (message.reply_to and message.reply_to.sender is bot):
            return True
        commands = [message.part(e) for e in message.entities if e.type == "bot_command"]
        for command in commands:
            _, _, name = command.partition("@")
            if name:
                return name.lower() == str(bot.username).lower()
        return bool(commands) and self.last_bot_to_speak == bot.id

    def migrates(self) -> Supergroup:
        """The group becomes a supergroup with a new id; both sides say so."""
        telegram = self.telegram
        with telegram.lock:
            new = telegram.supergroup(self.title)
            new.members = dict(self.members)
            self.migrated_to = new
            farewell = self.add(telegram.group_bot, service={"migrate_to_chat_id": new.id})
            welcome = new.add(
                telegram.group_bot, sender_chat=new, service={"migrate_from_chat_id": self.id}
            )
            telegram.show_to_bot("message", farewell)
            telegram.show_to_bot("message", welcome)
            self.members = {}
            return new


class Supergroup(Group):
    """A supergroup; with topics it is a forum."""

    kind: Literal["group", "supergroup"] = "supergroup"
    general_open = True
    """Whether members may write outside topics, which is a forum's general topic."""

    def opens_topic(self, creator: User, name: str) -> int:
        """A new topic of a forum; gives its thread id."""
        with self.telegram.lock:
            created = {"forum_topic_created": {"name": name, "icon_color": 7322096}}
            message = self.add(creator, service=created)
            message.thread_id = message.id
            self.topics[message.id] = True
            self.telegram.show_to_bot("message", message)
            return message.id

    def closes_topic(self, thread_id: int) -> None:
        self._turns_topic(thread_id, "forum_topic_closed", is_open=False)

    def reopens_topic(self, thread_id: int) -> None:
        self._turns_topic(thread_id, "forum_topic_reopened", is_open=True)

    def deletes_topic(self, thread_id: int) -> None:
        """With all that was said in it; bots are not told."""
        with self.telegram.lock:
            del self.topics[thread_id]
            for message in self.messages:
                if message.thread_id == thread_id:
                    message.deleted = True

    def check_thread(self, thread_id: int) -> None:
        manages = self.bot_membership.may("can_manage_topics")
        if not thread_id:
            if self.topics and not self.general_open and not manages:
                raise bad_request("TOPIC_CLOSED")
            return
        if thread_id not in self.topics:
            raise bad_request("message thread not found")
        if not self.topics[thread_id] and not manages:
            raise bad_request("TOPIC_CLOSED")

    def takes_copy(self, post: Message) -> Message:
        """Telegram's copy of a post of the channel that is linked to this group."""
        copy = self.add(
            self.telegram.itself,
            formatted=post.formatted,
            photo=post.photo,
            sender_chat=post.chat,
            original=post,
        )
        self.telegram.show_to_bot("message", copy)
        return copy

    def _turns_topic(self, thread_id: int, what: str, *, is_open: bool) -> None:
        with self.telegram.lock:
            assert self.topics[thread_id] is not is_open, "it is so already"
            self.topics[thread_id] = is_open
            message = self.add(self.telegram.accounts[next(iter(self.members))], service={what: {}})
            message.thread_id = thread_id
            self.telegram.show_to_bot("message", message)


def copy_to_discussion(post: Message) -> None:
    """What Telegram does with a channel's post where a group is linked."""
    if isinstance(post.chat, Channel) and post.chat.discussion is not None:
        post.chat.discussion.takes_copy(post)
