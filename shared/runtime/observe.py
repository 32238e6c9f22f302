"""The logger and the metrics of every function: ids and codes, no personal data (P1)."""

from aws_lambda_powertools import Logger, Metrics

logger = Logger(service="guanxi")
metrics = Metrics(service="guanxi", namespace="Guanxi")


def count(name: str, value: int = 1) -> None:
    """Adds to a counter metric (EMF)."""
    metrics.add_metric(name=name, unit="Count", value=value)
