"""Yes and no, as people and systems write them."""

from shared.cleaning.field import Field
from shared.cleaning.words import clean_word, make_table

_FLAGS = make_table(
    {
        True: "true yes y t 1 on 是 对 有 真 需要 已 √ ✓ ✔ ☑",
        False: "false no n f 0 off 否 不 不是 假 不需要 没 未 × ✗ ✘ ☐ x",
    }
)


def clean_flag(raw: object, path: str) -> Field[bool]:
    """True or False; refused with `unknown_flag` when neither word is known."""
    return clean_word(raw, path, _FLAGS, "unknown_flag")
