from typing import Any

import boto3
from moto import mock_aws

from shared.aws.queue import SqsQueue
from shared.ports import QueueName


def test_posted_bodies_arrive_in_their_queue() -> None:
    with mock_aws():
        client: Any = boto3.client("sqs", region_name="us-east-1")
        urls = {queue: client.create_queue(QueueName=queue)["QueueUrl"] for queue in QueueName}
        bodies = [f'{{"contact_id": "关{n}"}}' for n in range(23)]
        SqsQueue(client, urls).post(QueueName.CONTACTS_EMAIL, bodies)
        assert sorted(_received(client, urls[QueueName.CONTACTS_EMAIL])) == sorted(bodies)
        assert _received(client, urls[QueueName.CONTACTS_SMS]) == []
        client.close()


def _received(client: Any, url: str) -> list[str]:
    bodies: list[str] = []
    while messages := client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        bodies += [message["Body"] for message in messages]
    return bodies
