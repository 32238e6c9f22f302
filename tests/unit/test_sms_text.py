import pytest

from shared.messaging.sms_text import SmsCount, SmsMode, count_sms, normalise_sms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", SmsCount("GSM-7", 0, 0), id="empty"),
        pytest.param("a", SmsCount("GSM-7", 1, 1), id="one letter"),
        pytest.param("a" * 160, SmsCount("GSM-7", 160, 1), id="160 septets are one segment"),
        pytest.param("a" * 161, SmsCount("GSM-7", 161, 2), id="161 are two"),
        pytest.param("a" * 306, SmsCount("GSM-7", 306, 2), id="2 x 153"),
        pytest.param("a" * 307, SmsCount("GSM-7", 307, 3), id="2 x 153 + 1"),
        pytest.param("^{}\\[~]|€\f", SmsCount("GSM-7", 20, 1), id="every extension character is two"),
        pytest.param("€" * 80, SmsCount("GSM-7", 160, 1), id="80 euro signs fit"),
        pytest.param("€" * 81, SmsCount("GSM-7", 162, 2), id="81 do not"),
        pytest.param("x" * 152 + "[" + "y" * 152, SmsCount("GSM-7", 306, 3), id="an escape pair is not cut"),
        pytest.param("x" * 151 + "[" + "y" * 153, SmsCount("GSM-7", 306, 2), id="an escape pair that fits"),
        pytest.param("x" * 152 + "[" + "y" * 151, SmsCount("GSM-7", 305, 2), id="a gap that costs nothing"),
        pytest.param("€" * 153, SmsCount("GSM-7", 306, 3), id="76 pairs in each segment"),
        pytest.param("Ça ΔΦΓ ñ à", SmsCount("GSM-7", 10, 1), id="accents and Greek capitals of the alphabet"),
        pytest.param("ça", SmsCount("UCS-2", 2, 1), id="a small c with cedilla is not in it"),
        pytest.param("`", SmsCount("UCS-2", 1, 1), id="nor is the grave accent"),
        pytest.param("\t", SmsCount("UCS-2", 1, 1), id="nor a tab"),
        pytest.param("Α", SmsCount("UCS-2", 1, 1), id="nor a Greek Alpha"),
        pytest.param("中" * 70, SmsCount("UCS-2", 70, 1), id="70 Chinese characters"),
        pytest.param("中" * 71, SmsCount("UCS-2", 71, 2), id="71 Chinese characters"),
        pytest.param("中" * 134, SmsCount("UCS-2", 134, 2), id="2 x 67"),
        pytest.param("中" * 135, SmsCount("UCS-2", 135, 3), id="2 x 67 + 1"),
        pytest.param("😀" * 35, SmsCount("UCS-2", 70, 1), id="35 emoji"),
        pytest.param("😀" * 36, SmsCount("UCS-2", 72, 2), id="36 emoji"),
        pytest.param(
            "中" * 66 + "😀" + "中" * 66, SmsCount("UCS-2", 134, 3), id="a surrogate pair is not cut"
        ),
        pytest.param("𠮷" * 67, SmsCount("UCS-2", 134, 3), id="rare Han characters are two units each"),
        pytest.param("中[", SmsCount("UCS-2", 2, 1), id="an extension character is one unit in UCS-2"),
    ],
)
def test_encoding_units_and_segments_follow_the_standard(text: str, expected: SmsCount) -> None:
    assert count_sms(text) == expected


@pytest.mark.parametrize(
    ("mode", "text", "expected"),
    [
        pytest.param("keep", "“Hi”\u200b", "“Hi”\u200b", id="keep keeps"),
        pytest.param("punct", "“Hi” – it’s…\u00a0ok\tnow", '"Hi" - it\'s... ok now', id="typography"),
        pytest.param(
            "punct", "a\u200bb\u200dc\u2060d\ufeff", "abcd", id="zero width goes when GSM is reached"
        ),
        pytest.param("punct", "Hello，you！", "Hello,you!", id="full-width punctuation"),
        pytest.param("punct", "你好“世界”\u200b\u00ad", "你好“世界”", id="Chinese keeps its quotes"),
        pytest.param("punct", "👩\u200d🔧\u2060!", "👩\u200d🔧!", id="an emoji keeps its joiner"),
        pytest.param("punct", "“Zoë”", "“Zoë”", id="a letter outside stops it"),
        pytest.param("latin", "“Zoë Nguyễn”", '"Zoe Nguyen"', id="letters lose their marks"),
        pytest.param("latin", "é à ñ ü Ø", "é à ñ ü Ø", id="letters of the alphabet keep theirs"),
        pytest.param("latin", "e\u0301x\u0302", "éx", id="marks that stand apart"),
        pytest.param("latin", "Łódź", "Łódź", id="L with stroke has no base letter"),
        pytest.param("latin", "Hi Zoë 张", "Hi Zoë 张", id="half a gain is none"),
        pytest.param("latin", "2²", "2²", id="a superscript is no letter"),
        pytest.param("latin", "ok？", "ok？", id="nothing becomes a question mark"),
    ],
)
def test_a_text_is_made_cheaper_only_as_its_mode_allows(mode: SmsMode, text: str, expected: str) -> None:
    assert normalise_sms(text, mode) == expected


@pytest.mark.parametrize("mode", ["keep", "punct", "latin"])
def test_a_text_within_the_alphabet_is_left_alone(mode: SmsMode) -> None:
    text = "Dear José, 50% off [today]: €5\n~ {x} | ^"
    assert normalise_sms(text.replace("é", "é"), mode) == text
