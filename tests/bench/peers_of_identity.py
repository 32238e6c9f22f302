"""splink (DuckDB) and recordlinkage (ECM) on a FEBRL file, with the settings of their own examples; no label is read.

Runs in an environment of its own (`infra/requirements/bench-identity.txt`), called by `bench_identity.py --peers PYTHON`:
`python -m tests.bench.peers_of_identity splink|recordlinkage IN.csv OUT.csv`; prints its peak memory in KiB.
"""

import csv
import resource
import sys
from collections.abc import Iterable, Mapping
from typing import Any

Row = dict[str, str]
NAMES = ("given_name", "surname")
PLAIN = ("street_number", "postcode", "suburb", "state")
LINES = ("address_1", "address_2")


def read(path: str) -> list[Row]:
    with open(path, encoding="utf-8", newline="") as stream:  # noqa: PTH123
        return list(csv.DictReader(stream))


def write(path: str, clusters: Mapping[str, Any]) -> None:
    with open(path, "w", encoding="utf-8", newline="") as stream:  # noqa: PTH123
        writer = csv.writer(stream)
        writer.writerow(("bench_row", "cluster"))
        writer.writerows(clusters.items())


def run_splink(rows: list[Row]) -> dict[str, Any]:
    """After splink's FEBRL 3 example: DuckDB, EM on two blockings, clusters at a probability of a half."""
    import pandas  # type: ignore[import-untyped]
    import splink.comparison_library as cl  # type: ignore[import-not-found]
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    has = set(rows[0])
    frame = pandas.DataFrame(rows).replace("", None)
    comparisons = [cl.NameComparison(name) for name in NAMES]
    if "date_of_birth" in has:
        comparisons.append(
            cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d")
        )
    if "soc_sec_id" in has:
        comparisons.append(cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]))
    comparisons += [cl.ExactMatch(name).configure(term_frequency_adjustments=True) for name in PLAIN]
    comparisons += [cl.DamerauLevenshteinAtThresholds(name, [2]) for name in LINES]
    keys = [
        name for name in ("soc_sec_id", "given_name", "surname", "date_of_birth", "postcode") if name in has
    ]
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="bench_row",
        blocking_rules_to_generate_predictions=[block_on(key) for key in keys],
        comparisons=comparisons,
    )
    api = DuckDBAPI()
    try:
        linker = Linker(frame, settings, api)
    except (TypeError, AttributeError):
        linker = Linker(api.register(frame), settings)
    sure = "l.given_name = r.given_name and l.surname = r.surname and l.postcode = r.postcode"
    linker.training.estimate_probability_two_random_records_match([sure], recall=0.6)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    for blocked in ("postcode", "surname"):
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(blocked))
    predicted = linker.inference.predict(threshold_match_probability=0.2)
    clustered = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, 0.5)
    found = clustered.as_pandas_dataframe()
    return dict(zip(found["bench_row"].astype(str), found["cluster_id"], strict=True))


def run_recordlinkage(rows: list[Row]) -> dict[str, Any]:
    """After recordlinkage's FEBRL example: block, compare, ECM without labels; clusters by transitive closure."""
    import pandas
    import recordlinkage  # type: ignore[import-not-found]

    frame = pandas.DataFrame(rows).set_index("bench_row").replace("", None)
    indexer = recordlinkage.Index()
    for key in ("given_name", "surname", "date_of_birth", "soc_sec_id", "postcode"):
        if key in frame:
            indexer.block(key)
    pairs = indexer.index(frame)
    compare = recordlinkage.Compare()
    for name in NAMES:
        compare.string(name, name, method="jarowinkler", threshold=0.85, label=name)
    for name in (*LINES, "suburb"):
        compare.string(name, name, method="levenshtein", threshold=0.85, label=name)
    for name in ("date_of_birth", "soc_sec_id", "street_number", "postcode", "state"):
        if name in frame:
            compare.exact(name, name, label=name)
    features = compare.compute(pairs, frame)
    matches = recordlinkage.ECMClassifier().fit_predict(features)
    return close(frame.index, matches)


def close(names: Iterable[str], pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    parent = {name: name for name in names}

    def find(name: str) -> str:
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for one, other in pairs:
        parent[find(one)] = find(other)
    return {name: find(name) for name in parent}


if __name__ == "__main__":
    peer, source, target = sys.argv[1:]
    write(target, {"splink": run_splink, "recordlinkage": run_recordlinkage}[peer](read(source)))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
