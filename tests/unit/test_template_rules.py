"""The rules that infra/template.yaml is held to: reliability, and agreement with the code.

What a linter does not see: cfn-lint accepts a queue without dead letters or a mapping that drops partial failures.
"""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from infra.local.template import QueueSource, Schedule, StreamSource, kebab, load_template, matches, sources
from shared.policy.load import load_policy
from shared.ports import SCHEMAS, QueueName, Schema, Table
from shared.runtime import settings
from tests.template_facts import (
    FUNCTIONS,
    QUEUES,
    RESOURCES,
    ROLES,
    ROOT,
    TABLES,
    TEMPLATE,
    WORK_QUEUES,
    events,
    of_type,
    owner,
    snake,
    statements,
)

FOURTEEN_DAYS_S = 14 * 24 * 3600
NAMES = {
    "SplitFile",
    "IngestRecords",
    "WakeReview",
    "ReviewCustomer",
    "SweepDue",
    "WakeSender",
    "SendContact",
    "SweepContacts",
    "SweepCases",
    "SendDigest",
    "ReadReply",
    "RecordReceipt",
    "Unsubscribe",
    "Operate",
}


# --- functions -----------------------------------------------------------------------------------------------


def test_the_functions_are_those_of_the_design() -> None:
    assert set(FUNCTIONS) == NAMES


def test_every_handler_is_a_file_and_every_file_is_a_handler() -> None:
    wired = {function["Handler"] for function in FUNCTIONS.values()}
    written = {
        f"functions.{path.stem}.handler"
        for path in (ROOT / "functions").glob("*.py")
        if path.stem != "__init__"
    }
    assert wired == written
    assert wired == {f"functions.{snake(name)}.handler" for name in FUNCTIONS}


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_function_states_its_limits_log_and_role(name: str) -> None:
    function = FUNCTIONS[name]
    assert 0 < function["Timeout"] <= 900
    assert function["MemorySize"] >= 256
    log = function["LoggingConfig"]["LogGroup"]["Ref"]
    assert "RetentionInDays" in of_type("AWS::Logs::LogGroup")[log]
    assert owner(function["Role"]) == f"{name}Role"


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_function_gets_only_variables_that_the_code_reads(name: str) -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "shared/runtime").glob("*.py"))
    by_name = set(re.findall(r'"([A-Z][A-Z_]+)"', code))
    known = (
        by_name
        | set(settings.TABLE_VARIABLES.values())
        | set(settings.QUEUE_VARIABLES.values())
        | DEAD_QUEUES
    )
    assert set(FUNCTIONS[name]["Environment"]["Variables"]) <= known


DEAD_QUEUES = {
    f"{queue}{end}"
    for queue in ("IMPORTS", *QueueName.__members__)
    for end in ("_QUEUE_URL", "_DEAD_QUEUE_URL")
}


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_function_may_use_each_table_and_queue_that_it_is_given(name: str) -> None:
    given = {
        variable["Ref"]
        for key, variable in FUNCTIONS[name]["Environment"]["Variables"].items()
        if key.endswith(("_TABLE", "_QUEUE_URL"))
    }
    allowed = set(re.findall(r"[A-Z]\w+(?:Table|Queue|Dead)\b", str(list(statements(ROLES[f"{name}Role"])))))
    assert given <= allowed


def test_the_sender_address_that_may_be_used_is_the_one_of_the_policy() -> None:
    assert TEMPLATE["Parameters"]["EmailFrom"]["Default"] == load_policy().tenant.reply_email


# --- queues --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(QUEUES))
def test_a_queue_is_encrypted_and_speaks_only_tls(name: str) -> None:
    assert QUEUES[name]["SqsManagedSseEnabled"] is True
    policies = [made for made in of_type("AWS::SQS::QueuePolicy").values() if {"Ref": name} in made["Queues"]]
    assert len(policies) == 1, "a second policy would replace the first"
    refusals = [
        statement
        for statement in statements({"Policies": policies})
        if statement["Effect"] == "Deny"
        and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        and statement["Principal"] == statement["Resource"] == "*"
    ]
    assert refusals


def test_every_queue_is_a_work_queue_or_keeps_failures_for_14_days() -> None:
    keeping = {
        name for name, queue in QUEUES.items() if queue.get("MessageRetentionPeriod") == FOURTEEN_DAYS_S
    }
    assert set(QUEUES) == set(WORK_QUEUES) | keeping
    assert not set(WORK_QUEUES) & keeping


@pytest.mark.parametrize("name", sorted(WORK_QUEUES))
def test_a_work_queue_gives_up_into_its_own_dead_letter_queue(name: str) -> None:
    redrive = WORK_QUEUES[name]["RedrivePolicy"]
    assert owner(redrive["deadLetterTargetArn"]) == f"{name.removesuffix('Queue')}Dead"
    assert redrive["maxReceiveCount"] >= 5


def test_every_queue_of_the_code_exists_and_is_consumed() -> None:
    consumed = {source.queue for source in sources() if isinstance(source, QueueSource)}
    assert consumed == {name.value for name in QueueName} | {"imports", "replies"}
    assert consumed == {kebab(name.removesuffix("Queue")) for name in WORK_QUEUES}


@pytest.mark.parametrize(("name", "event"), events("SQS"))
def test_a_queue_mapping_reports_partial_failures_and_is_bounded(name: str, event: Mapping[str, Any]) -> None:
    assert event["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert "MaximumConcurrency" in event["ScalingConfig"]
    window_s = event.get("MaximumBatchingWindowInSeconds", 0)
    visibility_s = QUEUES[owner(event["Queue"])]["VisibilityTimeout"]
    assert visibility_s >= 6 * FUNCTIONS[name]["Timeout"] + window_s


def test_senders_take_one_message_within_the_times_of_the_policy() -> None:
    sending = load_policy().sending
    assert FUNCTIONS["SendContact"]["Timeout"] == sending.function_timeout_s
    for event in FUNCTIONS["SendContact"]["Events"].values():
        assert event["Properties"]["BatchSize"] == 1
        assert "MaximumBatchingWindowInSeconds" not in event["Properties"]
        assert QUEUES[owner(event["Properties"]["Queue"])]["VisibilityTimeout"] == sending.visibility_s


def test_only_our_bucket_may_post_to_the_imports_queue() -> None:
    policy = of_type("AWS::SQS::QueuePolicy")["ImportsQueuePolicy"]
    allowing = [one for one in statements({"Policies": [policy]}) if one["Effect"] == "Allow"]
    assert len(allowing) == 1
    assert set(allowing[0]["Condition"]) == {"StringEquals", "ArnEquals"}


def test_only_topics_of_the_account_or_the_one_that_is_named_may_post_to_the_receipts_queue() -> None:
    policy = of_type("AWS::SQS::QueuePolicy")["ReceiptsQueuePolicy"]
    posting = [one for one in statements({"Policies": [policy]}) if one["Action"] == "sqs:SendMessage"]
    assert all(one["Principal"] == {"Service": "sns.amazonaws.com"} for one in posting)
    own, named = (one["Condition"] for one in posting)
    assert own["ArnLike"]["aws:SourceArn"]["Fn::Sub"].endswith(":sns:${AWS::Region}:${AWS::AccountId}:*")
    assert named == {"ArnEquals": {"aws:SourceArn": {"Ref": "SmsEventsTopicArn"}}}


# --- events of providers: a stack of its own ------------------------------------------------------------------

PROVIDER_EVENTS = load_template(ROOT / "infra/provider-events.yaml")


def told(kind: str) -> list[dict[str, Any]]:
    return [one["Properties"] for one in PROVIDER_EVENTS["Resources"].values() if one["Type"] == kind]


def test_only_a_configuration_set_of_the_account_may_tell_a_topic() -> None:
    policies = told("AWS::SNS::TopicPolicy")
    topics = {name for name, one in PROVIDER_EVENTS["Resources"].items() if one["Type"] == "AWS::SNS::Topic"}
    assert {topic["Ref"] for policy in policies for topic in policy["Topics"]} == topics
    for statement in statements({"Policies": policies}):
        assert statement["Action"] == "sns:Publish"
        condition = statement["Condition"]
        assert condition["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
        source = condition["ArnEquals"]["aws:SourceArn"]["Fn::Sub"]
        assert ":${AWS::AccountId}:configuration-set/${" in source


def test_every_topic_is_told_of_and_tells_the_queue_of_receipts() -> None:
    subscriptions = told("AWS::SNS::Subscription")
    assert all(one["Endpoint"] == {"Ref": "ReceiptsQueueArn"} for one in subscriptions)
    heard = {one["TopicArn"]["Ref"] for one in subscriptions}
    (email,) = told("AWS::SES::ConfigurationSetEventDestination")
    (sms,) = told("AWS::SMSVOICE::ConfigurationSet")
    written = {
        email["EventDestination"]["SnsDestination"]["TopicARN"]["Ref"],
        *(one["SnsDestination"]["TopicArn"]["Ref"] for one in sms["EventDestinations"]),
    }
    assert heard == written == {"EmailTopic", "SmsTopic"}


def test_the_two_stacks_fit_together() -> None:
    assert set(PROVIDER_EVENTS["Outputs"]) <= set(TEMPLATE["Parameters"])
    needed = {name for name, one in PROVIDER_EVENTS["Parameters"].items() if "Default" not in one}
    assert needed <= set(TEMPLATE["Outputs"])


# --- streams and schedules -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "event"), events("DynamoDB"))
def test_a_stream_mapping_cannot_block_its_shard_for_long(name: str, event: Mapping[str, Any]) -> None:
    assert event["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert event["BisectBatchOnFunctionError"] is True
    assert 0 < event["MaximumRetryAttempts"] <= 10
    assert 0 < event["MaximumRecordAgeInSeconds"] <= 24 * 3600
    assert owner(event["DestinationConfig"]["OnFailure"]["Destination"]) == "StreamsFailed"


def change(sk: str | None = None, kind: str = "MODIFY", **image: str) -> dict[str, Any]:
    keys = {} if sk is None else {"sk": {"S": sk}}
    return {
        "eventName": kind,
        "dynamodb": {"Keys": keys, "NewImage": {name: {"S": value} for name, value in image.items()}},
    }


@pytest.mark.parametrize(
    ("table", "event", "passes"),
    [
        pytest.param(
            Table.RECORDS, change("EVENT#order#1", "INSERT", wake="now"), True, id="event by message"
        ),
        pytest.param(Table.RECORDS, change("CONSENT#1", wake="now"), True, id="consent by message"),
        pytest.param(Table.RECORDS, change("EVENT#order#1", "INSERT"), False, id="event in a file"),
        pytest.param(Table.RECORDS, change("RECORD"), False, id="record, which never changes alone"),
        pytest.param(Table.RECORDS, change("RECORD", "REMOVE"), False, id="record erased"),
        pytest.param(Table.CUSTOMERS, change("LINK#1", "INSERT", wake="now"), True, id="link by a person"),
        pytest.param(
            Table.CUSTOMERS, change("LINK#1", "INSERT"), False, id="link by ingest, whose event wakes"
        ),
        pytest.param(Table.CUSTOMERS, change("PROFILE"), False, id="profile that a review wrote"),
        pytest.param(Table.CUSTOMERS, change("TAGS"), False, id="tags that a review wrote"),
        pytest.param(Table.CONTACTS, change(kind="INSERT", status="PENDING"), True, id="new contact"),
        pytest.param(Table.CONTACTS, change(kind="INSERT", status="SENT"), False, id="task"),
        pytest.param(Table.CONTACTS, change(status="PENDING"), False, id="contact that waits again"),
    ],
)
def test_streams_pass_what_input_wrote_and_never_what_a_review_wrote(
    table: Table, event: dict[str, Any], passes: bool
) -> None:
    found = [source for source in sources() if isinstance(source, StreamSource) and source.table == table]
    assert len(found) == 1
    assert any(matches(pattern, event) for pattern in found[0].patterns) is passes


@pytest.mark.parametrize(("name", "event"), events("ScheduleV2"))
def test_a_schedule_has_zone_retry_dead_letters_and_a_switch(name: str, event: Mapping[str, Any]) -> None:
    assert event["ScheduleExpressionTimezone"] == {"Ref": "Zone"}
    assert event["State"] == {"Ref": "ScheduleState"}
    assert event["RetryPolicy"]["MaximumEventAgeInSeconds"] <= 3600
    assert owner(event["DeadLetterConfig"]["Arn"]) == "SchedulesFailed"
    assert event["OmitName"] is True, "a fixed name forbids a second stack in the account"
    assert "DestinationConfig" in FUNCTIONS[name]["EventInvokeConfig"]


def test_sweeps_run_as_often_as_the_policy_says() -> None:
    minutes = load_policy().due.sweep_minutes
    expressions = {one.function: one.expression for one in sources() if isinstance(one, Schedule)}
    assert expressions == {
        "SweepDue": f"cron(0/{minutes} * * * ? *)",
        "SweepContacts": "cron(* * * * ? *)",
        "SweepCases": f"cron(0/{minutes} * * * ? *)",
        "SendDigest": f"cron(0/{minutes} * * * ? *)",
    }
    assert FUNCTIONS["SweepDue"]["Timeout"] < minutes * 60
    assert FUNCTIONS["SweepContacts"]["Timeout"] < 60


# --- tables --------------------------------------------------------------------------------------------------


def key_names(key_schema: list[dict[str, str]]) -> tuple[str, str | None]:
    names = {part["KeyType"]: part["AttributeName"] for part in key_schema}
    return names["HASH"], names.get("RANGE")


def declared(table: Mapping[str, Any]) -> Schema:
    indexes = {
        index["IndexName"]: key_names(index["KeySchema"]) for index in table.get("GlobalSecondaryIndexes", ())
    }
    return Schema(*key_names(table["KeySchema"]), indexes)


def test_tables_have_the_keys_and_indexes_of_the_port() -> None:
    found = {Table(kebab(name.removesuffix("Table"))): declared(table) for name, table in TABLES.items()}
    assert found == SCHEMAS


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_table_survives_mistakes(name: str) -> None:
    table, resource = TABLES[name], RESOURCES[name]
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["DeletionProtectionEnabled"] is True
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert owner(table["SSESpecification"]["KMSMasterKeyId"]) == "DataKey"
    assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"


@pytest.mark.parametrize("kind", ["AWS::KMS::Key", "AWS::SecretsManager::Secret", "AWS::S3::Bucket"])
def test_what_data_depends_on_is_never_deleted_with_the_stack(kind: str) -> None:
    for name in of_type(kind):
        assert RESOURCES[name]["DeletionPolicy"] == RESOURCES[name]["UpdateReplacePolicy"] == "Retain"


def test_every_stream_that_is_read_carries_the_new_image() -> None:
    read = {source.table.value.title() + "Table" for source in sources() if isinstance(source, StreamSource)}
    streaming = {name for name, table in TABLES.items() if "StreamSpecification" in table}
    assert streaming == read
    assert all(TABLES[name]["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"} for name in read)
