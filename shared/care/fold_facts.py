"""The facts of a customer out of those of all source records: each once, and each asset once whoever reports it."""

from collections.abc import Iterable

from shared.model.facts import Fact, FactKind


def fold_facts(told: Iterable[Fact]) -> tuple[Fact, ...]:
    """By kind and id, as each was last told; the order in which they were told changes nothing.

    Two systems that know an asset by the same number tell of one asset: of each value the newest counts, of the ids the
    first by letter.
    """
    facts = tuple(told)
    if len({(fact.kind, _name(fact)) for fact in facts}) == len(facts):
        return tuple(sorted(facts, key=_place))  # each was told once: there is nothing to join
    newest: dict[tuple[str, str], Fact] = {}
    for fact in sorted(facts, key=_age):
        newest[fact.kind, _name(fact)] = _join(newest.get((fact.kind, _name(fact))), fact)
    return tuple(sorted(newest.values(), key=_place))


def _place(fact: Fact) -> tuple[str, str]:
    return fact.kind, fact.fact_id


def _age(fact: Fact) -> tuple[object, ...]:
    """Oldest first; of one instant in an order of their own."""
    return (fact.at, fact.fact_id, *("" if value is None else str(value) for value in fact[3:]))


def _name(fact: Fact) -> str:
    if fact.kind is FactKind.ASSET and fact.asset_id:
        return f"asset {fact.asset_id}"
    return fact.fact_id


def _join(before: Fact | None, fact: Fact) -> Fact:
    if before is None or fact.kind is not FactKind.ASSET:
        return fact
    told = {name: value for name, value in fact._asdict().items() if value is not None}
    return before._replace(**{**told, "fact_id": min(before.fact_id, fact.fact_id)})
