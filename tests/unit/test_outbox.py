import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from infra.local.outbox import TaskRow, original_cell, safe_cell, write_sms_csv, write_tasks

SHANGHAI = ZoneInfo("Asia/Shanghai")
MADE_AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
TASK = TaskRow(
    case_id="CASE1",
    owner_name='王"经理"',
    owner_email="wang@guanxi.example",
    customer_name="张伟",
    phone="+8613900000000",
    company="=cmd|' /C calc'!A0",
    channel="call",
    title="回访电话",
    goal="了解近况，确认需求",
    start_at=datetime(2026, 11, 23, 1, 0, tzinfo=UTC),
    due_at=datetime(2026, 11, 24, 10, 0, tzinfo=UTC),
    why="潜力客户，中风险：2个月未互动\n第二行",
)
OTHER = replace(
    TASK, case_id="CASE2", owner_email="all", customer_name="", company="示例公司", channel="visit"
)


def _write(folder: Path, *tasks: TaskRow) -> list[str]:
    files = write_tasks(tasks, folder, zone=SHANGHAI, locale="zh", made_at=MADE_AT)
    return [file.name for file in files]


def test_tasks_become_one_table_one_calendar_for_all_and_one_for_each_owner(tmp_path: Path) -> None:
    names = _write(tmp_path, OTHER, TASK)
    assert names == ["tasks.csv", "tasks-all.ics", "tasks-wang@guanxi.example.ics", "tasks-to-all.ics"]
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(names)


def test_the_table_opens_in_excel_with_chinese_and_without_formulas(tmp_path: Path) -> None:
    _write(tmp_path, TASK)
    content = (tmp_path / "tasks.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    header, row = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    cells = dict(zip(header, row, strict=True))
    assert (cells["开始"], cells["截止"], cells["方式"]) == ("2026-11-23 09:00", "2026-11-24 18:00", "电话")
    assert cells["公司"] == "'=cmd|' /C calc'!A0"
    assert original_cell(cells["公司"]) == TASK.company
    assert original_cell(cells["电话"]) == TASK.phone
    assert original_cell(cells["原因"]) == TASK.why


def test_a_calendar_holds_each_task_in_the_zone_with_all_that_the_person_needs(tmp_path: Path) -> None:
    _write(tmp_path, TASK, OTHER)
    calendar = Calendar.from_ical((tmp_path / "tasks-all.ics").read_bytes())
    events = {str(event["uid"]): event for event in calendar.walk("VEVENT")}
    assert set(events) == {"CASE1", "CASE2"}
    event = events["CASE1"]
    assert event.decoded("dtstart") == TASK.start_at
    assert event.decoded("dtstart").tzinfo.key == "Asia/Shanghai"
    assert event.decoded("dtend") == TASK.due_at
    assert str(event["summary"]) == "回访电话：张伟"
    for word in ("张伟", "+8613900000000", TASK.company, TASK.goal, "第二行"):
        assert word in str(event["description"])
    assert str(events["CASE2"]["summary"]) == "回访电话：示例公司"
    assert [str(zone["tzid"]) for zone in calendar.walk("VTIMEZONE")] == ["Asia/Shanghai"]


def test_a_hostile_value_adds_no_line_to_a_calendar(tmp_path: Path) -> None:
    hostile = replace(TASK, customer_name="x\r\nEND:VEVENT\r\nBEGIN:VEVENT", owner_name="a\r\nATTACH:x")
    _write(tmp_path, hostile)
    content = (tmp_path / "tasks-all.ics").read_bytes()
    assert content.count(b"\r\nBEGIN:VEVENT") == 1
    assert b"\r\nATTACH" not in content
    assert len(Calendar.from_ical(content).walk("VEVENT")) == 1


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+86", "-1", "@x", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x", "  =1", "\u3000=1", "\u200b=1",
     "\ufeff@x", " \t-1", "\tx", "'=1", "'x"],
)  # fmt: skip
def test_no_cell_can_start_a_formula_and_the_text_can_be_had_back(text: str) -> None:
    assert safe_cell(text) == "'" + text
    assert original_cell(safe_cell(text)) == text


@pytest.mark.parametrize("text", ["", "张伟", "1-2", "a=b", "  x", "a@b.example"])
def test_a_harmless_cell_stays(text: str) -> None:
    assert safe_cell(text) == text


def test_the_sms_table_adds_up_the_segments(tmp_path: Path) -> None:
    messages = tmp_path / "sms.jsonl"
    assert write_sms_csv(messages, tmp_path / "sms.csv") == 0
    line = {"to": "+8613900000000", "text": "=您好", "encoding": "UCS-2", "units": 3, "segments": 2}
    line |= {"contact_id": "C", "message_id": "M"}
    messages.write_text((json.dumps(line, ensure_ascii=False) + "\n") * 2, encoding="utf-8")
    assert write_sms_csv(messages, tmp_path / "sms.csv") == 4
    rows = list(csv.DictReader(io.StringIO((tmp_path / "sms.csv").read_text(encoding="utf-8-sig"))))
    assert [(row["text"], row["segments"]) for row in rows] == [("'=您好", "2")] * 2
