"""The minutes of a talk, for the message that the customer gets (R27)."""

from shared.ports import Items
from shared.store.cases import read_case

Row = dict[str, str]


def read_minutes(items: Items, case_id: str) -> tuple[Row, ...]:
    """The points of a finished case, each with `text`, `owner` and `due_on` ("" where there is none); empty: no minutes."""
    case = read_case(items, case_id)
    points = case.finish.points if case is not None and case.finish is not None else ()
    return tuple(
        {
            "text": point.text,
            "owner": point.owner or "",
            "due_on": point.due_on.isoformat() if point.due_on else "",
        }
        for point in points
    )
