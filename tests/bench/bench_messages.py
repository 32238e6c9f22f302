"""Messages built a second on one core, beside plain jinja2 of the same templates; checks and counts besides.

Run: python -m tests.bench.bench_messages [messages]
"""

import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from statistics import median
from time import process_time

from jinja2 import Environment, Template

from shared.messaging.build import build_email, build_sms
from shared.messaging.draft import check_draft
from shared.messaging.replies import read_reply
from shared.messaging.samples import samples_of
from shared.messaging.sms_text import count_sms
from shared.messaging.sources import read_template
from shared.messaging.unsubscribe import Subscription, keyring_on, sign, verify
from shared.model.contact import Channel, Contact, ContactClass
from shared.policy.load import load_policy

MESSAGES = 1000
ROUNDS = 5
POLICY = load_policy()
AT = datetime(2026, 6, 30, 2, 0, tzinfo=UTC)
CUSTOMER = samples_of("greeting", "zh")["usual"].customer
RING = keyring_on(b"a secret", AT.date())


def a_contact(channel: Channel, template: str) -> Contact:
    return Contact(
        contact_id="BENCH000" * 4,
        customer_id="c",
        plan_step="bench",
        occasion_on=date(2026, 6, 30),
        channel=channel,
        contact_class=ContactClass.CARE,
        purpose="care",
        template=template,
        locale="zh",
        created_at=AT,
        not_before=AT,
        not_after=AT + timedelta(days=1),
        check_at=AT,
    )


EMAIL, SMS = a_contact(Channel.EMAIL, "service_news"), a_contact(Channel.SMS, "greeting")
PLAIN_VALUES = {
    **CUSTOMER,
    "tenant": POLICY.tenant.name_zh,
    "postal_address": POLICY.tenant.postal_address_zh,
    "reply_email": POLICY.tenant.reply_email,
    "reference": "BENCH000",
    "why": "",
}


def plain(template: str, *parts: str) -> list[Template]:
    environment = Environment(autoescape=True)  # the peer: no checks, no cleaning, no styles
    return [environment.from_string(read_template(template, "zh", part)) for part in parts]


PLAIN_EMAIL = plain("service_news", "email.subject", "email.text", "email.html")
PLAIN_SMS = plain("greeting", "sms")
REMINDER, OCCASION = a_contact(Channel.EMAIL, "service_due"), samples_of("service_due", "zh")["merged"].values
PLAIN_REMINDER = plain("service_due", "email.subject", "email.text", "email.html")
PLAIN_OCCASION = {**PLAIN_VALUES, **OCCASION}
TOKEN = sign(Subscription("c-0123456789abc", Channel.EMAIL, "care"), "t", RING, on=AT.date())

STEPS: dict[str, Callable[[], object]] = {
    "email built": lambda: build_email(contact=EMAIL, to="a@example.com", customer=CUSTOMER, policy=POLICY),
    "  plain jinja2": lambda: [one.render(PLAIN_VALUES) for one in PLAIN_EMAIL],
    "merged reminder built": lambda: build_email(
        contact=REMINDER, to="a@example.com", customer=CUSTOMER, policy=POLICY, details=OCCASION
    ),
    "  plain jinja2 of that": lambda: [one.render(PLAIN_OCCASION) for one in PLAIN_REMINDER],
    "SMS built": lambda: build_sms(
        contact=SMS, to="+8613900000000", customer=CUSTOMER, policy=POLICY, now=AT
    ),
    "  plain jinja2 of it": lambda: [one.render(PLAIN_VALUES) for one in PLAIN_SMS],
    "draft checked and rendered": lambda: check_draft("Dear {{ name }}, {{ n }}", {"name": "Ann", "n": 5}),
    "SMS counted": lambda: count_sms("【关系科技】您好，感谢您的信任。拒收请回复R"),
    "reply read": lambda: read_reply("please stop texting me"),
    "link read": lambda: verify(TOKEN, "t", RING, on=AT.date(), valid_days=90),
}


def rate(step: Callable[[], object], count: int) -> tuple[float, float]:
    """Median and worst of five rounds, each a second of processor time."""
    step()  # what is compiled once is not counted
    rates = []
    for _ in range(ROUNDS):
        begin = process_time()
        for _ in range(count):
            step()
        rates.append(count / (process_time() - begin))
    return median(rates), min(rates)


def main() -> int:
    """Prints one line for each step."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else MESSAGES
    for name, step in STEPS.items():
        middle, worst = rate(step, count)
        print(f"{name:28} {middle:10,.0f}/s  worst {worst:,.0f}/s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
