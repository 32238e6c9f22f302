"""Customer-days on which `guanxi tag` was compared with the rules read literally, and how many differed.

Run: python -m tests.bench.bench_exactness [customer-days] [seed]
"""

import sys
from random import Random
from time import process_time

from tests.property.tag_lines import ZONES, a_line, check_line

MOST_DAYS = 900


def main(customer_days: int, seed: int) -> None:
    begin, customers, compared, mismatches = process_time(), 0, 0, 0
    while compared < customer_days:
        zone, random = ZONES[customers % len(ZONES)], Random(f"{seed} {customers}")
        customers += 1
        line = a_line(zone, random, MOST_DAYS)
        try:
            compared += check_line(line, random)
        except AssertionError as fault:
            compared, mismatches = compared + len(line.days), mismatches + 1
            print(f"differs: {str(fault).splitlines()[0]}")
    seconds = process_time() - begin
    print(
        f"{compared} customer-days of {customers} customers in {len(ZONES)} zones: {mismatches} mismatches"
        f" ({seconds:.0f} s of processor time)"
    )


if __name__ == "__main__":
    asked = [int(word) for word in sys.argv[1:]]
    main(*asked, *(20_000, 2026)[len(asked) :])
