"""The calls, visits and survey answers of a base, as little of each as the figures of care need (R29)."""

import json

from shared.insight.snapshot import TalkLine
from shared.model.contact import Channel
from shared.model.instants import from_iso
from shared.ports import Item

_KINDS = ("EVENT#interaction#", "EVENT#satisfaction#")


def talk_of(item: Item) -> TalkLine | None:
    """A stored record as a talk or a score; None for another kind, and for what was taken back."""
    if not str(item["sk"]).startswith(_KINDS):
        return None
    body = json.loads(str(item["body"]))
    score, channel = body.get("score"), body.get("channel", "")
    is_talk = channel in {*Channel} and Channel(channel).is_task
    if body["deleted"] or (score is None and not is_talk):
        return None
    return TalkLine(str(item["record_id"]), from_iso(body["event_at"]), score)
