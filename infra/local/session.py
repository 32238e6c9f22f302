"""One session of the embedded stack: local senders first, then the real template, wired to them."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from infra.local.attach import Kept, read_kept, running_stack, write_kept
from infra.local.mail_drop import MailDrop
from infra.local.sms_endpoint import SmsEndpoint
from infra.local.stack import Stack, embedded_stack
from shared.aws.items import DynamoItems
from shared.flows.policy_in_force import read_in_force
from shared.model.instants import to_iso
from shared.policy.load import load_policy
from shared.policy.schema import Policy
from shared.ports import Items, Table


@dataclass(frozen=True, slots=True)
class Session:
    """The running stack with an operator's view of it."""

    stack: Stack
    items: Items
    policy: Policy
    outbox: Path
    fixed_at: datetime | None

    def invoke(self, function: str, payload: Mapping[str, Any]) -> Any:  # noqa: ANN401
        """The answer of a function, called by its name in the template; RuntimeError when it failed."""
        name = self.stack.outputs[f"{function}Function"]
        reply = self.stack.client("lambda").invoke(FunctionName=name, Payload=json.dumps(payload).encode())
        answer = json.loads(reply["Payload"].read() or b"null")
        if reply.get("FunctionError"):
            raise RuntimeError(f"{function} failed: {answer}")
        return answer


@contextmanager
def local_session(
    folder: Path, outbox: Path, *, fixed_at: datetime | None, persist: bool
) -> Iterator[Session]:
    """The stack with its mail drop and SMS endpoint, until the block ends. State lives in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    outbox.mkdir(parents=True, exist_ok=True)
    policy = load_policy()
    with MailDrop(outbox) as mail, SmsEndpoint(outbox) as sms:
        parameters = {
            "EmailSender": "smtp",
            "SmtpHost": "127.0.0.1",
            "SmtpPort": str(mail.port),
            "SmsSender": "eum",
            "SmsEndpointUrl": sms.url,
            "SmsOriginationIdentity": "arn:aws:sms-voice:us-east-1:000000000000:sender-id/GUANXI/CN",
            "FixedClockAt": to_iso(fixed_at) if fixed_at else "",
            "EmailFrom": policy.tenant.reply_email,
            "Zone": policy.tenant.zone,
        }
        (folder / "senders.json").write_text(json.dumps({"smtp_port": mail.port, "sms_url": sms.url}))
        with embedded_stack(folder, parameters=parameters, persist=persist) as stack:
            write_kept(folder, Kept(dict(stack.outputs), outbox.resolve(), fixed_at))
            yield _session(stack, outbox, fixed_at)


@contextmanager
def open_session(folder: Path, outbox: Path) -> Iterator[Session]:
    """A session on a state that stays: the one that `guanxi up` keeps running, else one for this command."""
    running, kept = running_stack(folder), read_kept(folder)
    if running is not None and kept is not None:
        yield _session(running, kept.outbox, kept.fixed_at)
        return
    fixed_at = kept.fixed_at if kept else None
    with local_session(folder, outbox, fixed_at=fixed_at, persist=True) as session:
        yield session


def _session(stack: Stack, outbox: Path, fixed_at: datetime | None) -> Session:
    items = stack_items(stack)
    return Session(stack, items, read_in_force(items).policy, outbox, fixed_at)


def stack_items(stack: Stack) -> DynamoItems:
    """An operator's item port on the tables of a stack."""
    tables = {table: stack.outputs[f"{table.name.title()}TableName"] for table in Table}
    return DynamoItems(stack.client("dynamodb"), tables)
