"""The score of a pair: evidence adds up, guards are never overruled."""

import pytest

from shared.matching.blocking import block_keys
from shared.matching.keys import identity_keys
from shared.matching.names import split_name
from shared.matching.profile import Profile, make_profile, pack, unpack
from shared.matching.score import score_pair
from shared.matching.weights import load_weights, read_weights, write_weights

LINK, REVIEW = 4.0, 0.0
KEY = b"test"
PHONE = "+8613800000001"


def a_profile(**party: str) -> Profile:
    return make_profile(party, KEY)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(
            {"name": "张伟", "phone": PHONE}, {"name": "Wei Zhang", "phone": PHONE}, id="pinyin, one phone"
        ),
        pytest.param(
            {"name": "張偉", "birthday_on": "1980-02-03", "city": "深圳"},
            {"name": "张伟", "birthday_on": "1980-02-03", "city": "深圳", "phone": PHONE},
            id="traditional characters, birthday and town",
        ),
        pytest.param(
            {"name": "Bob Smith", "email": "bob@example.com"},
            {"name": "Smith, Robert", "email": "bob@example.com"},
            id="nick name, one mailbox",
        ),
        pytest.param({"phone": PHONE}, {"name": "张伟", "phone": PHONE}, id="an order with only a phone"),
    ],
)
def test_one_person_is_linked(one: dict[str, str], other: dict[str, str]) -> None:
    assert score_pair(a_profile(**one), a_profile(**other), load_weights()).total >= LINK


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(
            {"name": "张伟", "phone": PHONE}, {"name": "李娜", "phone": PHONE}, id="a couple's phone"
        ),
        pytest.param(
            {"name": "张伟", "phone": PHONE, "company": "华为"},
            {"name": "王芳", "phone": PHONE, "company": "华为"},
            id="a switchboard",
        ),
        pytest.param(
            {"name": "Ann Smith", "email": "info@example.com", "city": "Leeds"},
            {"name": "Tom Smith", "email": "info@example.com", "city": "Leeds"},
            id="a family's mailbox",
        ),
        pytest.param(
            {"name": "David Nelson", "phone": PHONE, "email": "info@example.com"},
            {"name": "Kathleen Davis", "phone": PHONE, "email": "info@example.com"},
            id="a first name like the other's surname",
        ),
        pytest.param(
            {"name": "Sharon Ramsbottom", "phone": PHONE, "email": "info@example.com"},
            {"name": "Aaron Adams", "phone": PHONE, "email": "info@example.com"},
            id="first names that look alike, two surnames",
        ),
        pytest.param(
            {"name": "薛经理", "phone": PHONE, "company": "华为"},
            {"name": "刘志君", "phone": PHONE, "company": "华为"},
            id="somebody known by surname and title, on a switchboard",
        ),
        pytest.param(
            {"name": "John Smith Jr", "phone": PHONE},
            {"name": "John Smith Sr", "phone": PHONE},
            id="father and son",
        ),
    ],
)
def test_two_people_who_share_what_can_be_shared_are_not_linked(
    one: dict[str, str], other: dict[str, str]
) -> None:
    score = score_pair(a_profile(**one), a_profile(**other), load_weights())
    assert score.total < REVIEW
    assert score.rule in (None, "names_conflict", "shared_contact", "generations_conflict")


@pytest.mark.parametrize(
    ("one", "other", "rule"),
    [
        pytest.param(
            {"name": "张伟", "phone": PHONE, "email": "w@example.com", "identity": "1"},
            {"name": "张伟", "phone": PHONE, "email": "w@example.com", "identity": "2"},
            "identities_conflict",
            id="two identity numbers",
        ),
        pytest.param(
            {"name": "张伟", "phone": PHONE, "email": "w@example.com", "birthday_on": "1950-01-02"},
            {"name": "张伟", "phone": PHONE, "email": "w@example.com", "birthday_on": "1987-11-23"},
            "birthdays_conflict",
            id="two birthdays",
        ),
        pytest.param(
            {"name": "Anna Jones", "phone": PHONE, "email": "j@example.com", "birthday_on": "1980-10-26"},
            {"name": "Ruth Jones", "phone": PHONE, "email": "j@example.com", "birthday_on": "1980-10-26"},
            "twins",
            id="twins",
        ),
        pytest.param(
            {"name": "张志军", "phone": PHONE, "address": "人民路81号16栋2803室", "city": "武汉"},
            {"name": "张志明", "phone": PHONE, "address": "人民路81号16栋2803室", "city": "武汉"},
            "shared_contact",
            id="brothers on one phone",
        ),
        pytest.param(
            {"name": "张志军", "phone": PHONE, "email": "home@example.com"},
            {"name": "张志明", "phone": PHONE, "email": "home@example.com"},
            "shared_contact",
            id="brothers on one phone and one mailbox",
        ),
        pytest.param(
            {"name": "张志军", "phone": PHONE, "email": "home@example.com", "birthday_on": "1980-10-26"},
            {"name": "张志明", "phone": PHONE, "email": "home@example.com", "birthday_on": "1980-10-26"},
            "twins",
            id="twins with like names",
        ),
        pytest.param(
            {"name": "Mary Smith", "phone": PHONE, "email": "m@example.com", "company": "Acme"},
            {"name": "Mary Brown", "phone": PHONE, "email": "m@example.com", "company": "Acme"},
            "shared_contact",
            id="one first name on one line: married since, or two people",
        ),
    ],
)
def test_a_hard_conflict_goes_to_a_person_at_best(
    one: dict[str, str], other: dict[str, str], rule: str
) -> None:
    score = score_pair(a_profile(**one), a_profile(**other), load_weights())
    assert score.rule == rule
    assert REVIEW <= score.total < LINK


def test_a_name_alone_never_links_however_rare() -> None:
    weights = load_weights().at(2)
    one = a_profile(name="Zebediah Quartermaine")
    assert score_pair(one, one, weights).total < LINK


def test_the_score_is_symmetric_and_falls_as_the_base_grows() -> None:
    one = a_profile(name="张伟", phone=PHONE, city="深圳")
    other = a_profile(name="张玮", phone=PHONE, birthday_on="1980-02-03")
    weights = load_weights()
    assert score_pair(one, other, weights) == score_pair(other, one, weights)
    small, large = (score_pair(one, other, weights.at(records)).total for records in (1_000, 1_000_000))
    assert small > large


def test_evidence_names_the_level_of_every_field_that_both_state() -> None:
    score = score_pair(
        a_profile(name="张伟", phone=PHONE, city="深圳"), a_profile(name="张玮", phone=PHONE), load_weights()
    )
    assert score.levels == {"given": "close", "surname": "equal", "phone": "equal"}


def test_a_profile_survives_packing_and_holds_nothing_to_call_or_mail() -> None:
    profile = a_profile(name="张伟", phone=PHONE, email="Wei@Example.com", company="华为", city="深圳")
    packed = pack(profile)
    assert unpack(packed) == profile
    assert not any(PHONE[1:] in value or "@" in value for value in packed)


def test_fifty_packed_profiles_fit_into_an_item() -> None:
    profile = a_profile(
        name="欧阳明月", phone=PHONE, email="w@example.com", company="深圳市某某信息技术", city="深圳", birthday_on="1980-02-03",
        province="广东", identity="440300198002030011",
    )  # fmt: skip
    assert 50 * len(repr(pack(profile)).encode()) < 20_000


def test_strong_keys_are_those_of_identity_and_stand_first() -> None:
    party = {
        "name": "张伟",
        "phone": PHONE,
        "email": "w@example.com",
        "birthday_on": "1980-02-03",
        "city": "深圳",
    }
    keys = block_keys(make_profile(party, KEY), KEY, 6)
    assert keys[:2] == identity_keys(party, KEY)
    assert [key.partition("#")[0] for key in keys[2:]] == ["name_birthday", "name_place"]
    assert len(block_keys(make_profile(party, KEY), KEY, 3)) == 3


def test_one_name_in_two_scripts_has_one_weak_key() -> None:
    one = block_keys(a_profile(name="張偉", birthday_on="1980-02-03"), KEY, 6)
    other = block_keys(a_profile(name="Wei Zhang", birthday_on="1980-02-03"), KEY, 6)
    assert one == other != ()


def test_weights_survive_writing() -> None:
    weights = load_weights()
    again = read_weights(write_weights(weights))
    one, other = a_profile(name="张伟", phone=PHONE), a_profile(name="张玮", phone=PHONE)
    assert score_pair(one, other, again).total == pytest.approx(
        score_pair(one, other, weights).total, abs=1e-3
    )


def test_weights_of_another_format_are_refused() -> None:
    with pytest.raises(ValueError, match="format"):
        read_weights('{"format": 99}')


@pytest.mark.parametrize(
    ("text", "given", "surname", "generation"),
    [
        pytest.param("张伟", "伟", "张", "", id="Chinese"),
        pytest.param("欧阳修", "修", "欧阳", "", id="surname of two characters"),
        pytest.param("張 偉", "伟", "张", "", id="traditional, spaced"),
        pytest.param("Smith, John Michael", "john michael", "smith", "", id="surname first"),
        pytest.param("John Smith Jr.", "john", "smith", "jr", id="junior"),
        pytest.param("José Núñez", "jose", "nunez", "", id="accents"),
        pytest.param("Madonna", "", "madonna", "", id="one word"),
        pytest.param("斯蒂芬·霍金", "斯蒂芬霍金", "", "", id="foreign name in Chinese"),
        pytest.param("LI Jun Hua", "jun hua", "li", "", id="surname first, in capitals"),
        pytest.param("JOHN Q SMITH", "john q", "smith", "", id="all in capitals"),
        pytest.param("薛经理", "", "薛", "", id="surname and title"),
        pytest.param("欧阳女士", "", "欧阳", "", id="long surname and title"),
        pytest.param("王总", "", "王", "", id="as bosses are called"),
        pytest.param("", "", "", "", id="nothing"),
    ],
)
def test_names_split_into_given_name_and_surname(
    text: str, given: str, surname: str, generation: str
) -> None:
    assert split_name(text) == (given, surname, generation)
