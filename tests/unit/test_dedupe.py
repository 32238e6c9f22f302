"""`guanxi dedupe` and `guanxi learn` over files as people have them."""

import csv
import gzip
import json
from collections import defaultdict
from pathlib import Path

import pytest

from infra.local.dedupe import NotReadable, NotWritable, dedupe_file, learn_file
from infra.local.person_columns import choose_columns, to_party
from shared.matching.weights import read_weights
from tests.bench.identity_sets import Labelled, make_chinese, make_strangers


def write_rows(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def read_clusters(path: Path) -> dict[str, str]:
    with path.open(encoding="utf-8", newline="") as stream:
        _, *rows = csv.reader(stream)
    return dict(rows)


def groups_of(clusters: dict[str, str]) -> set[frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for name, cluster in clusters.items():
        found[cluster].add(name)
    return set(map(frozenset, found.values()))


HEADINGS = ("rec_id", "given_name", "surname", "date_of_birth", "suburb")
PEOPLE = [
    dict(zip(HEADINGS, line.split(","), strict=True))
    for line in (
        "rec-1-org,michaela,neumann,19151111,winston hills",
        "rec-1-dup-0,micheala,neumann,19151111,winston hill",
        "rec-2-org,courtney,painter,19161214,richlands",
        "rec-2-dup-0,painter,courtney,19161214,richlands",
        "rec-3-org,courtney,smith,19340518,bega",
    )
]
PAIRS = {
    frozenset({"rec-1-org", "rec-1-dup-0"}),
    frozenset({"rec-2-org", "rec-2-dup-0"}),
    frozenset({"rec-3-org"}),
}


def test_rows_of_one_person_share_a_cluster_named_by_the_id_column(tmp_path: Path) -> None:
    file = write_rows(tmp_path / "people.csv", PEOPLE)
    assert dedupe_file(file, tmp_path / "out.csv", id_column="rec_id") == 0
    assert groups_of(read_clusters(tmp_path / "out.csv")) == PAIRS


def test_without_an_id_column_rows_are_named_by_their_number_and_the_id_is_not_compared(
    tmp_path: Path,
) -> None:
    rows = [{**row, "rec_id": "rec-9-same"} for row in PEOPLE]
    dedupe_file(write_rows(tmp_path / "people.csv", rows), tmp_path / "out.csv")
    assert groups_of(read_clusters(tmp_path / "out.csv")) == {
        frozenset({"2", "3"}),
        frozenset({"4", "5"}),
        frozenset({"6"}),
    }


@pytest.mark.parametrize("kind", ["csv.gz", "jsonl"])
def test_other_formats_are_read_as_well(tmp_path: Path, kind: str) -> None:
    file = tmp_path / f"people.{kind}"
    if kind == "jsonl":
        file.write_text("\n".join(map(json.dumps, PEOPLE)), encoding="utf-8")
    else:
        file.write_bytes(gzip.compress(write_rows(tmp_path / "plain.csv", PEOPLE).read_bytes()))
    dedupe_file(file, tmp_path / "out.csv", id_column="rec_id")
    assert groups_of(read_clusters(tmp_path / "out.csv")) == PAIRS


def test_a_row_that_cannot_be_read_is_a_cluster_of_its_own(tmp_path: Path) -> None:
    file = write_rows(tmp_path / "people.csv", PEOPLE)
    with file.open("a", encoding="utf-8") as stream:
        stream.write("rec-4-org,too,many,cells,in,this,row\n")
    dedupe_file(file, tmp_path / "out.csv", id_column="rec_id")
    assert groups_of(read_clusters(tmp_path / "out.csv")) == PAIRS | {frozenset({"row 7"})}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("", "^empty_file: .*people.csv: .*文件是空的", id="empty"),
        pytest.param("given_name,surname\n", "no rows", id="only headings"),
        pytest.param("a,b\n1,2\n", "^no_header: .*people.csv: .*没有可识别的表头", id="no heading known"),
        pytest.param("订单号,金额\n1,2\n", "^no_known_column: .*没有可识别的列", id="headings, but nobody"),
    ],
)
def test_what_is_no_table_of_people_is_told_in_a_line(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "people.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(NotReadable, match=words):
        dedupe_file(file, tmp_path / "out.csv")


def test_an_unknown_id_column_and_a_missing_file_are_told_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(NotReadable, match="^no_such_column: who: "):
        dedupe_file(write_rows(tmp_path / "people.csv", PEOPLE), tmp_path / "out.csv", id_column="who")
    with pytest.raises(NotReadable, match=r"^no_such_file: .*missing\.csv"):
        dedupe_file(tmp_path / "missing.csv", tmp_path / "out.csv")


@pytest.mark.parametrize(
    ("out", "review", "words"),
    [
        pytest.param("people.csv", None, "would overwrite", id="the table itself"),
        pytest.param("out.csv", "out.csv", "would overwrite", id="one place for two answers"),
        pytest.param("missing/out.csv", None, "no such folder", id="no such folder"),
        pytest.param(".", None, "a folder", id="a folder"),
    ],
)
def test_an_answer_that_cannot_be_written_is_told_in_a_line_before_the_work(
    tmp_path: Path, out: str, review: str | None, words: str
) -> None:
    file = write_rows(tmp_path / "people.csv", PEOPLE)
    before = file.read_bytes()
    with pytest.raises(NotWritable, match=words):
        dedupe_file(file, tmp_path / out, review=tmp_path / review if review else None)
    assert file.read_bytes() == before


def test_ids_that_name_several_rows_are_told_and_the_lines_keep_the_order_of_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repeated = [{**row, "rec_id": "same"} for row in PEOPLE[:3]]
    file = write_rows(tmp_path / "people.csv", repeated)
    dedupe_file(file, tmp_path / "out.csv", id_column="rec_id")
    lines = (tmp_path / "out.csv").read_text(encoding="utf-8").split()
    assert lines == ["rec_id,cluster_id", "same,1", "same,1", "same,2"]
    assert "duplicate_ids: rec_id: 1 values name 3 rows" in capsys.readouterr().err


def test_rows_are_numbered_as_a_person_sees_them_the_heading_being_row_1(tmp_path: Path) -> None:
    dedupe_file(write_rows(tmp_path / "people.csv", PEOPLE), tmp_path / "out.csv")
    assert list(read_clusters(tmp_path / "out.csv")) == ["2", "3", "4", "5", "6"]


def written(labelled: Labelled, path: Path, order: list[int]) -> Path:
    return write_rows(path, [{"编号": str(place), **labelled.rows[place]} for place in order])


def test_the_order_of_rows_does_not_matter(tmp_path: Path) -> None:
    people = make_chinese(3, 150)
    orders = list(range(150)), list(reversed(range(150)))
    answers = []
    for number, order in enumerate(orders):
        out = tmp_path / f"out{number}.csv"
        dedupe_file(written(people, tmp_path / f"in{number}.csv", order), out, id_column="编号")
        answers.append(groups_of(read_clusters(out)))
    assert answers[0] == answers[1]


def test_chinese_people_are_found_and_nobody_is_merged_with_another(tmp_path: Path) -> None:
    people = make_chinese(4, 200)
    dedupe_file(
        written(people, tmp_path / "in.csv", list(range(200))), tmp_path / "out.csv", id_column="编号"
    )
    clusters = read_clusters(tmp_path / "out.csv")
    pairs = [(one, other) for other in range(200) for one in range(other)]
    same = {pair for pair in pairs if people.truth[pair[0]] == people.truth[pair[1]]}
    found = {pair for pair in pairs if clusters[str(pair[0])] == clusters[str(pair[1])]}
    assert len(found - same) <= 1
    assert len(found & same) / len(same) > 0.9


def test_strangers_who_share_one_thing_are_never_merged(tmp_path: Path) -> None:
    people = make_strangers(5, 200)
    dedupe_file(
        written(people, tmp_path / "in.csv", list(range(200))), tmp_path / "out.csv", id_column="编号"
    )
    assert len(set(read_clusters(tmp_path / "out.csv").values())) == 200


def test_pairs_to_review_come_with_their_evidence(tmp_path: Path) -> None:
    people = make_chinese(6, 200)
    file = written(people, tmp_path / "in.csv", list(range(200)))
    dedupe_file(file, tmp_path / "out.csv", id_column="编号", review=tmp_path / "review.csv")
    with (tmp_path / "review.csv").open(encoding="utf-8", newline="") as stream:
        found = list(csv.DictReader(stream))
    clusters = read_clusters(tmp_path / "out.csv")
    assert found
    assert all(clusters[pair["one"]] != clusters[pair["other"]] and pair["evidence"] for pair in found)


def test_learned_weights_hold_no_value_of_one_person_and_serve_as_a_start(tmp_path: Path) -> None:
    people = make_chinese(7, 200)
    file = written(people, tmp_path / "in.csv", list(range(200)))
    learn_file(file, tmp_path / "weights.json")
    weights = read_weights((tmp_path / "weights.json").read_text(encoding="utf-8"))
    assert not {"phone", "email", "identity", "birthday", "street"} & set(weights.terms)
    assert dedupe_file(file, tmp_path / "out.csv", weights=tmp_path / "weights.json") == 0
    with pytest.raises(NotReadable, match="^not_weights: "):
        dedupe_file(file, tmp_path / "out.csv", weights=file)


def test_columns_that_name_rows_or_hold_numbers_are_ignored_and_words_count() -> None:
    jobs = ("clerk", "baker", "smith")
    rows = [
        {
            "unique_id": str(n),
            "cluster": str(n // 2),
            "rec-no": "x",
            "score_7": str(n * 7),
            "job": jobs[n % 3],
        }
        for n in range(40)
    ]
    columns = choose_columns(rows)
    assert columns.extras == ("job",)
    assert {"unique_id", "cluster", "rec-no", "score_7"} <= set(columns.ignored)


def test_cells_are_cleaned_as_far_as_they_can_be() -> None:
    row: dict[str, object] = {
        "姓名": "张伟先生",
        "手机": "138 0000 0001",
        "邮箱": " Wei@Example.com ",
        "生日": "1980年2月3日",
        "身份证号": "440300198002030011",
        "公司": "深圳市华信科技有限公司",
        "地址": "广东省深圳市南山区科技路1号",
        "性别": "男",
    }
    party = to_party(row, choose_columns([row]), "CN")
    assert party["name"] == "张伟"
    assert party["phone"] == "8613800000001"
    assert party["email"] == "wei@example.com"
    assert party["birthday_on"] == "1980-02-03"
    assert party["sex"] == "m"
    assert party["company"] == "深圳市华信科技"
    assert party["place"] == "南山区"


def test_the_order_of_day_and_month_is_learned_from_the_column() -> None:
    rows = [{"name": "A B", "dob": "13/04/1980"}, {"name": "C D", "dob": "03/04/1980"}]
    columns = choose_columns(rows)
    assert [to_party(row, columns, "CN")["birthday_on"] for row in rows] == ["1980-04-13", "1980-04-03"]
