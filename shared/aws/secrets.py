"""Secrets, read once for each container."""

import json
from functools import cache

from shared.aws.clients import client


@cache
def read_secret(arn: str) -> str:
    """The text of a secret."""
    return str(client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])


def read_credentials(arn: str) -> tuple[str, str]:
    """User name and password of a secret that holds `{"username", "password"}`."""
    secret = json.loads(read_secret(arn))
    return secret["username"], secret["password"]
