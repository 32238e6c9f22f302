"""How a reader deep inside says that nothing more can be read."""

from shared.importing.problems import ProblemCode


class Unreadable(Exception):
    """From here on the file cannot be read. Never leaves the room: it becomes a problem at the row that follows."""

    def __init__(self, code: ProblemCode, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail
