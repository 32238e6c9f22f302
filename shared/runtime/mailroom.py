"""How mails to staff leave, from the wiring."""

from shared.flows.post_to_staff import BY_MAIL, BY_ROBOT, Mailroom
from shared.runtime import wiring


def make_mailroom() -> Mailroom:
    """Of one run: its instant stands still."""
    return Mailroom(
        items=wiring.items(),
        policy=wiring.policy(),
        now=wiring.clock().now(),
        posts={BY_MAIL: lambda: wiring.email_sender().send, BY_ROBOT: wiring.robot_post},
    )
