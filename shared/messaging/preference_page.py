"""The pages behind an unsubscribe link: plain HTML in Chinese and English, without scripts, cookies or anything to load."""

from html import escape
from string import Template
from typing import Final, Literal

from shared.model.contact import Channel
from shared.policy.schema import Tenant

Language = Literal["zh", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")

ONE_CLICK: Final = ("List-Unsubscribe", "One-Click")
"""What a mail program posts (RFC 8058)."""
CONFIRM: Final = "confirm"
"""The field of the form; its value is what is ended, `scope` or `all`, or `again`: the scope is wanted once more."""
SCOPE, ALL, AGAIN = "scope", "all", "again"

_PAGE: Final = Template("""<!DOCTYPE html>
<html lang="$lang">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>$title</title>
<style>
body { margin: 0; background: #f3f5f7; color: #1c2430; font: 16px/1.7 -apple-system, "Segoe UI", Roboto, "PingFang SC",
  "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
main { max-width: 34em; margin: 8vh auto; background: #fff; border-radius: 10px; padding: 28px 32px 32px; }
h1 { font-size: 21px; margin: 0 0 10px; }
p { margin: 8px 0; }
.who { color: #1f6f6b; font-weight: 600; }
button { font: inherit; display: block; width: 100%; margin-top: 12px; padding: 11px 16px; border-radius: 6px; cursor: pointer;
  border: 1px solid #1f6f6b; background: #1f6f6b; color: #fff; text-align: center; }
button.all { background: #fff; color: #1f6f6b; }
button:focus-visible, a:focus-visible { outline: 3px solid #e0a526; outline-offset: 2px; }
small { color: #5b6675; display: block; margin-top: 20px; }
a { color: #1f6f6b; }
</style>
</head>
<body>
<main>
<p class="who">$who</p>
$content
</main>
</body>
</html>
""")

_WORDS: Final[dict[Language, dict[str, str]]] = {
    "zh": {
        "title": "消息偏好",
        "ask": "不想再收到这些$channel吗？",
        "scope.care": "服务关怀",
        "scope.marketing": "优惠与活动",
        "email": "邮件",
        "sms": "短信",
        "stop_scope": "不再接收“$scope”$channel",
        "stop_all": "不再接收任何关怀与活动$channel",
        "note": "与订单、投诉处理等直接相关的通知不受影响。打开本页不会改变任何设置，按下按钮才会生效。",
        "done": "已经停止",
        "done_text": "我们不会再向您发送“$scope”$channel，立即生效。",
        "done_all": "我们不会再向您发送任何关怀与活动$channel，立即生效。",
        "again": "如果改变主意，可以再次打开这个链接，或联系：",
        "is_ended": "您现在不再接收这些$channel",
        "ask_again": "“$scope”$channel已经停止发送。如果改变了主意，可以在这里重新接收。",
        "want_again": "重新接收“$scope”$channel",
        "wanted": "已经登记",
        "wanted_text": "我们会继续向您发送“$scope”$channel。几分钟后生效，随时可以再次停止。",
        "other": "English",
    },
    "en": {
        "title": "Message preferences",
        "ask": "No more of these $channel?",
        "scope.care": "service and care",
        "scope.marketing": "offers and events",
        "email": "emails",
        "sms": "texts",
        "stop_scope": "Stop $channel about $scope",
        "stop_all": "Stop all $channel that are not about something I asked for",
        "note": "Messages about your orders and complaints are not affected. Opening this page changes nothing.",
        "done": "It is done",
        "done_text": "We will send you no more $channel about $scope, from now on.",
        "done_all": "We will send you no more optional $channel, from now on.",
        "again": "If you change your mind, open the link again, or write to",
        "is_ended": "You do not receive these $channel",
        "ask_again": "We have stopped sending $channel about $scope. If you have changed your mind, you can receive them again.",
        "want_again": "Receive $channel about $scope again",
        "wanted": "Noted",
        "wanted_text": "We will send you $channel about $scope again, a few minutes from now. You can stop them at any time.",
        "other": "中文",
    },
}


def pick_language(accepted: str, asked: str = "") -> Language:
    """The page's language: what was asked for, else the first one that the browser accepts and we have, else Chinese."""
    for wanted in (asked, *(part.partition(";")[0].strip() for part in accepted.split(","))):
        for language in LANGUAGES:
            if wanted.lower().startswith(language):
                return language
    return LANGUAGES[0]


def ask_page(
    tenant: Tenant, language: Language, channel: Channel, scope: str, *, is_ended: bool = False
) -> str:
    """Asks which messages should end, or whether ended ones are wanted again. It changes nothing by itself."""
    words = _words(language, channel, scope)
    other = LANGUAGES[1 - LANGUAGES.index(language)]
    again = _button(AGAIN, words["want_again"]) if is_ended else ""
    first = "" if is_ended else _button(SCOPE, words["stop_scope"])
    content = (
        f"<h1>{words['is_ended' if is_ended else 'ask']}</h1>"
        + (f"<p>{words['ask_again']}</p>" if is_ended else "")
        + f'<form method="post"><input type="hidden" name="lang" value="{language}">'
        + f"{again}{first}{_button(ALL, words['stop_all'], is_second=True)}</form>"
        f'<small>{words["note"]}</small><small><a href="?lang={other}" lang="{other}">{words["other"]}</a></small>'
    )
    return _page(tenant, language, words["title"], content)


def _button(value: str, words: str, *, is_second: bool = False) -> str:
    kind = ' class="all"' if is_second else ""
    return f'<button name="{CONFIRM}" value="{value}"{kind}>{words}</button>'


def wanted_page(tenant: Tenant, language: Language, channel: Channel, scope: str) -> str:
    """Says that the messages come again."""
    words = _words(language, channel, scope)
    return _page(
        tenant, language, words["wanted"], f"<h1>{words['wanted']}</h1><p>{words['wanted_text']}</p>"
    )


def shown_text(language: Language, channel: Channel, scope: str) -> str:
    """All that the pages say of a scope: what a consent or its end is the answer to (C9)."""
    return "\n".join(f"{name}: {text}" for name, text in sorted(_words(language, channel, scope).items()))


def done_page(tenant: Tenant, language: Language, channel: Channel, scope: str, *, is_all: bool) -> str:
    """Says what has ended; the same after every repeat (U3)."""
    words = _words(language, channel, scope)
    text = words["done_all" if is_all else "done_text"]
    content = (
        f"<h1>{words['done']}</h1><p>{text}</p><small>{words['again']} {escape(tenant.reply_email)}</small>"
    )
    return _page(tenant, language, words["done"], content)


def refusal_page(tenant: Tenant) -> str:
    """What every link gets that cannot be used, whatever the reason (U4)."""
    mail = escape(tenant.reply_email)
    content = (
        "<h1>这个链接无法使用 / This link cannot be used</h1>"
        f"<p>如不想再收到我们的消息，请回复原邮件，或写信至 {mail}。</p>"
        f'<p lang="en">To stop our messages, reply to one of them or write to {mail}.</p>'
    )
    return _page(tenant, "zh", "无法使用 / Not usable", content)


def _words(language: Language, channel: Channel, scope: str) -> dict[str, str]:
    words = _WORDS[language]
    named = {"channel": words[channel.value], "scope": words[f"scope.{scope}"]}
    return {key: escape(Template(text).substitute(named)) for key, text in words.items()}


def _page(tenant: Tenant, language: Language, title: str, content: str) -> str:
    who = escape(tenant.name_zh if language == "zh" else tenant.name_en)
    return _PAGE.substitute(lang="zh-CN" if language == "zh" else "en", title=title, who=who, content=content)
