"""What stands in the store about the records of a job, read whole: the slow truth beside the counted one."""

from shared.ports import Items, Table

_WORDS = {"n": "new", "u": "updated", "s": "unchanged", "q": "quarantined"}


def outcomes_by_seq(items: Items, job_id: str) -> dict[int, str]:
    """Every outcome known of a job, by ordinal."""
    found: dict[int, str] = {}
    for item in items.scan(Table.CONTROL):
        if not str(item["name"]).startswith(f"PROGRESS#{job_id}#") or not str(item["sk"]).startswith("0#"):
            continue
        first = int(str(item["sk"])[2:]) * 100
        for name, letter in item.items():
            if name[0] == "s" and name[1:].isdigit():
                found[first + int(name[1:])] = _WORDS[str(letter)]
    return found
