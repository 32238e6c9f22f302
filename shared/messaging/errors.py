"""The one error of this room: a message that must not be sent as it is."""


class MessageInvalid(ValueError):
    """The message can never be sent in this form: a person must mend template, address or value.

    `code` is for ledgers and metrics; neither it nor the text holds personal data.
    """

    def __init__(self, code: str, detail: str = "", *, line: int = 0) -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.line = line
        """Of the template, from 1 on; 0: no one line of it."""
