"""Processor time that each handler's import costs a cold start, beside making a bare DynamoDB client in the same run.

Run: python -m tests.bench.bench_imports [runs]
"""

import json
import subprocess
import sys
import sysconfig

from infra.local.stage import BUILD, ROOT
from infra.local.template import functions

RUNS = 7
CHILD = """
import json, sys, time
sys.path[:0] = json.loads(sys.argv[1])
begin = time.process_time()
exec(sys.argv[2])
print(time.process_time() - begin)
"""
CLIENT = 'import boto3; boto3.client("dynamodb", region_name="us-east-1")'
PACKAGES = sysconfig.get_path("purelib")
"""Stands in for the SDK that Lambda brings along."""


def search_path(function: str) -> list[str]:
    """The staged code and the function's own layers if there are any, else the checkout; then the packages here."""
    if not (BUILD / "code").is_dir():
        return [str(ROOT), PACKAGES]
    layers = [reference["Ref"].removesuffix("Layer").lower() for reference in functions()[function]["Layers"]]
    return [
        str(BUILD / "code"),
        *(str(BUILD / "layers" / layer / "python") for layer in layers),
        PACKAGES,
    ]


def cpu_ms(statement: str, path: list[str], runs: int) -> float:
    """The least processor time of several fresh interpreters, in ms. One more run first writes missing bytecode."""
    command = [sys.executable, "-I", "-S", "-c", CHILD, json.dumps(path), statement]
    times = [
        float(subprocess.run(command, env={}, capture_output=True, text=True, check=True).stdout)
        for _ in range(runs + 1)
    ]
    return 1000 * min(times[1:])


def measure(runs: int) -> dict[str, float]:
    """ms by function, with the bare client under an empty name."""
    found = {"": cpu_ms(CLIENT, [PACKAGES], runs)}
    for name, properties in functions().items():
        module = properties["Handler"].rpartition(".")[0]
        found[name] = cpu_ms(f"import {module}", search_path(name), runs)
    return found


def table(found: dict[str, float], runs: int) -> str:
    source = "staged artifact" if (BUILD / "code").is_dir() else "checkout"
    lines = [f"import of each handler, {source}, least of {runs} fresh interpreters with bytecode", ""]
    lines += [f"{'':16} CPU ms   of a bare client"]
    lines += [f"{name or 'bare client':16} {ms:6.0f}   {ms / found['']:4.2f}" for name, ms in found.items()]
    return "\n".join(lines)


def main(runs: int = RUNS) -> dict[str, float]:
    found = measure(runs)
    sys.stdout.write(f"\n{table(found, runs)}\n")
    return found


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS)
