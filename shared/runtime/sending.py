"""What one attempt to send needs, from the wiring and the context of the invocation."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.flows.sending import Senders, Sending
from shared.runtime import wiring


def make_sending(context: LambdaContext, message_id: str) -> Sending:
    """The attempt's own name is the invocation and the message: no two attempts share it."""
    return Sending(
        items=wiring.items(),
        policy=wiring.policy(),
        key=wiring.identity_key(),
        clock=wiring.clock(),
        senders=Senders(email=wiring.email_sender, sms=wiring.sms_sender),
        owner=f"{context.aws_request_id}/{message_id}",
        time_left_s=lambda: context.get_remaining_time_in_millis() / 1000,
        unsubscribe_url=wiring.unsubscribe_url(),
        pace=wiring.turn_at_provider,
    )
