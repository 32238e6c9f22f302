"""What the linter of templates marks, and the page that shows every message."""

from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from infra.local import preview as face
from infra.local.command import main
from infra.local.preview import Language, render_preview
from shared.messaging.catalogue import channels_of, packaged
from shared.messaging.lint import (
    Finding,
    find_missing,
    lint_all,
    lint_given,
    lint_letters,
    lint_played,
    lint_source,
    lint_texts,
    preview,
)
from shared.messaging.samples import samples_of
from shared.messaging.sms_text import count_sms, split_sms
from shared.model.contact import Channel
from shared.policy.load import load_policy

POLICY = load_policy()
ZH, EN = "【关系科技】", "Guanxi Care: "


def codes(findings: Iterable[Finding]) -> list[str]:
    return [found.code for found in findings]


def test_the_packaged_templates_can_be_used() -> None:
    assert [found for found in lint_all(POLICY) if found.is_error] == []


@pytest.mark.parametrize(
    ("locale", "part", "source", "expected"),
    [
        pytest.param("zh", "sms", "{{ name }}您好。拒收请回复R", [], id="good in Chinese"),
        pytest.param("en", "sms", "Dear {{ name }}. Reply STOP", [], id="good in English"),
        pytest.param("zh", "sms", "{{ name }}您好。", ["no_opt_out"], id="no opt-out"),
        pytest.param("en", "sms", "{{ phone }} STOP", ["unknown_name"], id="unbound name"),
        pytest.param("en", "sms", "see http://x.example STOP", ["link_not_allowed"], id="link"),
        pytest.param("en", "email.text", "To unsubscribe, reply.", ["no_postal_address"], id="no address"),
        pytest.param(
            "en", "email.html", "<p>{{ postal_address }}</p>", ["no_opt_out"], id="no opt-out in HTML"
        ),
        pytest.param("en", "email.subject", "Hello", [], id="a subject needs neither"),
        pytest.param("zh", "sms", "您是我们的核心客户。拒收请回复R", ["speaks_of_tags"], id="a level"),
        pytest.param("en", "sms", "You are at risk of churn. STOP", ["speaks_of_tags"] * 2, id="a risk"),
    ],
)
def test_the_source_of_a_part_is_read(locale: str, part: str, source: str, expected: list[str]) -> None:
    assert codes(lint_source("draft", locale, part, source, POLICY)) == expected


@pytest.mark.parametrize(
    ("files", "locale", "channel", "expected"),
    [
        pytest.param({"zh.sms"}, "zh", Channel.SMS, [], id="all there"),
        pytest.param({"zh.sms"}, "en", Channel.SMS, ["missing_locale"], id="missing language"),
        pytest.param({"zh.email.html"}, "zh", Channel.EMAIL, ["missing_part"] * 2, id="no text part"),
        pytest.param(set(), "fr", Channel.SMS, [], id="a language of nobody"),
    ],
)
def test_a_part_that_is_missing_is_told(
    files: set[str], locale: str, channel: Channel, expected: list[str]
) -> None:
    assert codes(find_missing("draft", files, locale, channel, POLICY)) == expected


@pytest.mark.parametrize(
    ("locale", "short", "long", "expected"),
    [
        pytest.param("zh", ZH, ZH + "字" * 64, [], id="70"),
        pytest.param("zh", ZH, ZH + "字" * 65, ["cliff"], id="71"),
        pytest.param("zh", ZH + "字" * 65, ZH + "字" * 66, ["long"], id="always two"),
        pytest.param("zh", ZH, "字", ["no_signature"], id="no signature"),
        pytest.param("en", EN, EN + "x" * 147, [], id="160"),
        pytest.param("en", EN, EN + "x" * 148, ["cliff"], id="161"),
        pytest.param("en", EN + "x" * 20, EN + "é中", [], id="one customer's name"),
        pytest.param("en", EN + "中", EN + "中x", ["not_gsm"], id="not GSM-7"),
    ],
)
def test_the_cliff_between_segments_is_marked(
    locale: str, short: str, long: str, expected: list[str]
) -> None:
    assert codes(lint_texts("draft", locale, {"usual": short, "longest": long}, POLICY)) == expected


@pytest.mark.parametrize(
    ("template", "part", "source", "expected"),
    [
        pytest.param("complaint_received", "sms", "Somebody looks after it.", [], id="a service text has no end"),
        pytest.param("win_back", "sms", "We miss you.", ["no_opt_out"], id="an offer has"),
        pytest.param("festival", "email.subject", "{{ due_on }}", ["unknown_name"], id="a name of other templates"),
        pytest.param("minutes", "email.subject", "{{ points }}", ["not_plain"], id="a list"),
    ],
)  # fmt: skip
def test_a_template_is_held_to_its_class_and_its_names(
    template: str, part: str, source: str, expected: list[str]
) -> None:
    assert codes(lint_source(template, "en", part, source, POLICY)) == expected


@pytest.mark.parametrize(
    ("template", "given", "expected"),
    [
        pytest.param("minutes", {"points"}, [], id="given"),
        pytest.param("inspection_due", {"product"}, ["value_never_given"], id="never given"),
        pytest.param("greeting", set(), [], id="needs nothing"),
        pytest.param("no_such", {"product"}, ["undeclared"], id="no such template"),
    ],
)
def test_a_value_that_nobody_gives_is_found_before_anything_is_sent(
    template: str, given: set[str], expected: list[str]
) -> None:
    assert codes(lint_given(template, given)) == expected


@pytest.mark.parametrize(
    ("playbook", "changes", "expected"),
    [
        pytest.param("birthday", {}, [], id="as it is"),
        pytest.param(
            "birthday", {"template": "no_such"}, ["undeclared", "missing_part"], id="no such template"
        ),
        pytest.param(
            "birthday", {"template": "reply_help"}, ["other_class"], id="a service text for a greeting"
        ),
        pytest.param("complaint", {"template": "win_back"}, ["other_class"], id="an offer for a complaint"),
        pytest.param("minutes", {"template": "festival"}, ["other_class"], id="a greeting for minutes"),
    ],
)
def test_what_a_playbook_could_never_send_is_found(
    playbook: str, changes: dict[str, str], expected: list[str]
) -> None:
    played = POLICY.playbooks[playbook]
    first = played.steps[0].model_copy(update={"channels": ["sms"], **changes})
    alone = {playbook: played.model_copy(update={"steps": [first]})}
    assert codes(lint_played(POLICY.model_copy(update={"playbooks": alone}))) == expected


def test_a_letter_says_who_sends_it() -> None:
    assert codes(lint_letters("draft", "en", {"usual": "Yours, nobody"}, POLICY)) == ["no_signature"]


def test_every_packaged_template_is_previewed_for_every_sample() -> None:
    for template in packaged():
        for channel in channels_of(template):
            for locale in POLICY.tenant.languages:
                assert [one.sample for one in preview(template, locale, channel, POLICY)] == list(
                    samples_of(template, locale)
                )


def test_segments_put_together_are_the_text() -> None:
    for text in ("", "a", "中" * 71, "x" * 152 + "[" + "y" * 152, "😀" * 80):
        parts = split_sms(text)
        assert ("".join(parts), len(parts)) == (text, count_sms(text).segments)


class _Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.frames: list[dict[str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "iframe":
            self.frames.append(dict(attrs))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_keeps_mails_in_frames_that_can_do_nothing(language: Language) -> None:
    page = _Page(render_preview(POLICY, language=language))
    assert not {"script", "b", "form", "a", "img", "link"} & set(page.tags)
    letters = [name for name in packaged() if Channel.EMAIL in channels_of(name)]
    assert len(page.frames) == sum(len(samples_of(name, "zh")) for name in letters) * 2
    assert {frame["sandbox"] for frame in page.frames} == {""}
    assert all(str(frame["srcdoc"]).startswith("<!DOCTYPE html>") for frame in page.frames)


def test_the_command_writes_the_page_and_tells_what_it_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--out", str(tmp_path), "--language", "zh", "preview"]) == 0
    assert "消息预览" in (tmp_path / "preview.html").read_text(encoding="utf-8")
    assert "greeting/zh.sms: 提醒: cliff" in capsys.readouterr().out


def test_an_error_fails_the_linter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(face, "lint_all", lambda _: [Finding("greeting", "zh", "sms", "no_opt_out")])
    assert main(["template", "lint"]) == 1
