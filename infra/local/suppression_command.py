"""`guanxi suppressions` on the command line; what it does is imported when it is asked for."""

import argparse


def add_suppressions(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command with its two parts."""
    command = commands.add_parser(
        "suppressions", help="addresses that nothing goes to: list, lift (docs/receipts.md)"
    )
    command.set_defaults(run=_list)
    asked = command.add_subparsers(dest="asked", metavar="list|lift")
    listed = asked.add_parser(
        "list", help="by channel: why and since when; addresses are kept as hashes alone"
    )
    listed.set_defaults(run=_list)
    lift = asked.add_parser("lift", help="an address may be written to again; the journal keeps who said so")
    lift.add_argument("address", metavar="ADDRESS", help="email or phone")
    lift.add_argument("--by", required=True, metavar="NAME", help="who answers for it")
    lift.add_argument("--reason", required=True, metavar="TEXT", help="why, such as: new mailbox")
    lift.set_defaults(run=_lift)


def _list(asked: argparse.Namespace) -> int:
    from infra.local.suppressions import print_suppressions

    return print_suppressions(state=asked.state, language=asked.language)


def _lift(asked: argparse.Namespace) -> int:
    from infra.local.suppressions import lift

    return lift(asked.address, asked.by, asked.reason, state=asked.state, language=asked.language)
