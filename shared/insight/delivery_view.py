"""The section of the report on what providers tell: what arrived, whom nothing goes to, the fuse, what waits (B1, E1..E4)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from shared.insight.report_view import both, table_words
from shared.insight.snapshot import ContactLine, FuseLine, ParkedLine, Snapshot, Words
from shared.insight.words import CHANNELS, STATUSES, local_time, pick
from shared.model.contact import Channel, Status
from shared.policy.schema import Policy

SUPPRESSIONS: Final[Mapping[str, Words]] = {
    "hard_bounce": ("地址不存在", "hard bounce"),
    "soft_bounces": ("多日退信", "bounced on several days"),
    "complaint": ("被举报", "complaint"),
    "reply": ("短信退订", "opted out by SMS"),
}
"""Why nothing goes to an address."""
FUSES: Final[Mapping[str, Words]] = {
    "closed": ("正常", "closed"),
    "warn": ("接近上限", "near the limit"),
    "stop_marketing": ("营销须停", "stops marketing"),
    "stop_all": ("仅发法定通知", "stops all but legal notices"),
}
PARKED: Final[Mapping[str, Words]] = {
    "unknown_event": ("无法识别的回执", "an event that nobody understands"),
    "no_record": ("找不到对应的消息", "no message of ours"),
}
KINDS: Final[Mapping[str, Words]] = {
    "accepted": ("已接收", "accepted"),
    "delayed": ("延迟", "delayed"),
    "delivered": ("已送达", "delivered"),
    "bounced": ("退回", "bounced"),
    "complained": ("举报", "complained"),
    "rejected": ("拒收", "rejected"),
    "rendering_failed": ("模板出错", "rendering failed"),
    "unknown": ("未知", "unknown"),
}
DELIVERY_WORDS: Final[Mapping[str, Any]] = {
    "title": ("送达与回执", "What became of the messages"),
    "channel": ("渠道", "channel"),
    "stops": ("禁发地址", "Addresses that nothing goes to"),
    "reason": ("原因", "reason"),
    "number": ("数量", "number"),
    "fuse": ("信誉保险（近 {0} 小时）", "Reputation fuse, last {0} hours"),
    "accepted": ("已接收", "accepted"),
    "bounced": ("硬退信", "hard bounces"),
    "complained": ("举报", "complaints"),
    "state": ("状态", "state"),
    "on_hold": ("暂停中", "on hold"),
    "parked": ("待人工处理的回执", "Events that wait for a person"),
    "kind": ("类型", "kind"),
    "oldest": ("最早", "oldest"),
    "none": ("无", "none"),
}
COLUMNS: Final = (Status.SENT, Status.DELIVERED, Status.BOUNCED, Status.COMPLAINED, Status.UNCONFIRMED)
"""Of what left, or may have left."""


class Arrived(NamedTuple):
    """One channel."""

    channel: Words
    numbers: tuple[int, ...]
    """In the order of COLUMNS."""


class Stopped(NamedTuple):
    channel: Words
    reason: Words
    number: int


class FuseRow(NamedTuple):
    channel: Words
    line: FuseLine
    state: Words
    is_stopped: bool


class Waiting(NamedTuple):
    reason: Words
    kind: Words
    number: int
    oldest: str


def delivery_parts(snapshot: Snapshot, policy: Policy) -> dict[str, Any]:
    """What the section shows, as plain rows of words."""
    hours = policy.reputation.hours
    fuse_title: Words = DELIVERY_WORDS["fuse"]
    return {
        "words": DELIVERY_WORDS,
        "columns": [STATUSES[status] for status in COLUMNS],
        "arrived": _arrived(snapshot.contacts),
        "stopped": _stopped(snapshot.suppressions),
        "fuse_title": both(lambda language: pick(fuse_title, language).format(hours)),
        "fuses": [_fuse_row(line) for line in snapshot.fuses],
        "waiting": [_waiting(line, policy.tenant.tz) for line in snapshot.parked],
    }


def _arrived(contacts: Iterable[ContactLine]) -> list[Arrived]:
    found = Counter((line.channel, line.status) for line in contacts)
    rows = [
        Arrived(CHANNELS[channel], tuple(found[channel, status] for status in COLUMNS))
        for channel in (Channel.EMAIL, Channel.SMS)
    ]
    return [row for row in rows if any(row.numbers)]


def _stopped(suppressions: Mapping[tuple[str, str], int]) -> list[Stopped]:
    return [
        Stopped(table_words(CHANNELS, channel), table_words(SUPPRESSIONS, reason or "—"), number)
        for (channel, reason), number in sorted(suppressions.items())
    ]


def _fuse_row(line: FuseLine) -> FuseRow:
    return FuseRow(
        table_words(CHANNELS, line.channel), line, table_words(FUSES, line.state), bool(line.holds)
    )


def _waiting(line: ParkedLine, zone: ZoneInfo) -> Waiting:
    return Waiting(
        table_words(PARKED, line.reason),
        table_words(KINDS, line.kind),
        line.number,
        local_time(line.oldest_at, zone),
    )
