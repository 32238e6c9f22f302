"""Yes and no, as people and systems write them."""

from shared.cleaning.field import Field
from shared.cleaning.words import clean_word, make_table

_FLAGS = make_table(
    {
        True: "true yes y t 1 1.0 on enabled active checked ja oui si sí"
        " 是 是的 对 对的 有 真 要 需要 可以 开 开启 启用 已 √ ✓ ✔ ☑ ■",
        False: "false no n f 0 0.0 off disabled inactive unchecked nein non"
        " 否 不 不是 不对 假 不要 不需要 不可以 关 关闭 停用 禁用 没 未"
        " × ✗ ✘ ☐ □ x",
    }
)


def clean_flag(raw: object, path: str) -> Field[bool]:
    """True or False; refused with `unknown_flag` when neither word is known."""
    return clean_word(raw, path, _FLAGS, "unknown_flag")
