"""Who a case belongs to, and who is told when it is late (R38)."""

from collections.abc import Iterator

from shared.model.case import Case
from shared.model.tags import Level
from shared.policy.matrix import Owner
from shared.policy.schema import Policy


def staff(policy: Policy) -> Iterator[Owner]:
    """Everybody whom the policy names, the owners first."""
    yield from policy.owners.values()
    yield from policy.tasks.managers.values()
    yield policy.tasks.head
    yield from policy.tasks.people


def find_person(name: str, policy: Policy) -> Owner | None:
    """The person of a name or address, in any capitals."""
    wanted = name.strip().casefold()
    return next((one for one in staff(policy) if wanted in (one.name.casefold(), one.email.casefold())), None)


def level_of(case: Case, policy: Policy) -> Level:
    """Of the customer when the case was opened; else that of its owner, else the lowest."""
    told = case.brief.get("level")
    if told in {*Level}:
        return Level(str(told))
    return next((level for level, one in policy.owners.items() if one.name == case.owner), Level.BASIC)


def owner_of(case: Case, policy: Policy) -> Owner:
    """Who does the case; its manager where the policy knows the owner no more."""
    return find_person(case.owner, policy) or manager_of(case, policy)


def manager_of(case: Case, policy: Policy) -> Owner:
    return policy.tasks.managers[level_of(case, policy)]


def person_for(role: str, case: Case, policy: Policy) -> Owner:
    """The owner, the manager or the head of a case."""
    if role == "owner":
        return owner_of(case, policy)
    return manager_of(case, policy) if role == "manager" else policy.tasks.head
