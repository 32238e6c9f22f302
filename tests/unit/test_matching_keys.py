"""Identity keys and ids are pseudonyms: the same for the same person, empty of what they stand for."""

import hashlib
import hmac

import pytest

from shared.matching.keys import address_hashes, identity_keys, keyed_hash, make_customer_id

KEY = b"a key for tests, nothing else...."
PHONE, EMAIL = "+8613800001234", "li.lei@example.com"


@pytest.mark.parametrize(
    ("party", "kinds"),
    [
        pytest.param({"phone": PHONE, "email": EMAIL}, ["phone", "email"], id="both"),
        pytest.param({"phone": PHONE}, ["phone"], id="phone alone"),
        pytest.param({"email": EMAIL, "name": "李雷"}, ["email"], id="email alone"),
        pytest.param({"name": "李雷", "company": "远洋贸易"}, [], id="a name is no key"),
        pytest.param({"phone": "", "email": ""}, [], id="empty fields"),
        pytest.param({}, [], id="nothing"),
    ],
)
def test_a_party_has_one_key_for_each_strong_field(party: dict[str, str], kinds: list[str]) -> None:
    assert [id_key.partition("#")[0] for id_key in identity_keys(party, KEY)] == kinds


def test_a_key_is_a_keyed_hash_and_holds_no_personal_data() -> None:
    (phone, email) = identity_keys({"phone": PHONE, "email": EMAIL}, KEY)
    expected = hmac.new(KEY, b"phone|+8613800001234", hashlib.sha256).hexdigest()[:32]
    assert phone == f"phone#{expected}"
    assert "1234" not in phone.replace(expected, "")
    assert "lei" not in email


def test_emails_that_differ_in_case_alone_share_a_key() -> None:
    assert identity_keys({"email": "Li.Lei@Example.com"}, KEY) == identity_keys({"email": EMAIL}, KEY)


def test_another_secret_gives_other_keys() -> None:
    assert identity_keys({"phone": PHONE}, KEY) != identity_keys({"phone": PHONE}, b"another")


def test_the_same_text_as_phone_and_as_email_gives_two_hashes() -> None:
    assert keyed_hash("phone", "x", KEY) != keyed_hash("email", "x", KEY)


def test_messages_and_calls_to_one_phone_share_its_hash_and_a_missing_address_is_absent() -> None:
    hashes = address_hashes({"phone": PHONE}, KEY)
    assert set(hashes) == {"sms", "phone"}
    assert hashes["sms"] == hashes["phone"] == keyed_hash("phone", PHONE, KEY)
    assert address_hashes({}, KEY) == {}


def test_a_customer_id_is_short_the_same_on_every_replay_and_differs_by_tenant_and_record() -> None:
    made = make_customer_id(tenant="t", record_id="sales#1")
    assert made == make_customer_id(tenant="t", record_id="sales#1")
    assert len(made) == 15
    assert made.removeprefix("c-").isalnum()
    others = {make_customer_id(tenant="t", record_id=f"sales#{n}") for n in range(2_000)}
    assert len(others) == 2_000
    assert make_customer_id(tenant="u", record_id="sales#1") != made
