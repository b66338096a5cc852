"""Values that the detectors must find, made at run time: none of them stands anywhere as one literal.

Check digits are worked out here in another way than in the package, by trying which one the standard's sum accepts.
"""

from __future__ import annotations

import base64
import json
import string
from random import Random
from zlib import crc32

from hypothesis import strategies as st

from scanner.rulebook.detectors.accounts import LENGTH_BY_COUNTRY

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
URL_SAFE = BASE62 + "-_"
CARD_PREFIXES = {
    "4": (13, 16, 19),
    "51": (16,),
    "55": (16,),
    "2221": (16,),
    "2720": (16,),
    "34": (15,),
    "37": (15,),
    "6011": (16, 19),
    "644": (16,),
    "659": (16, 19),
    "300": (14, 16),
    "3095": (14,),
    "36": (14, 19),
    "39": (14,),
    "3528": (16, 19),
    "3589": (16,),
    "62": (16, 17, 18, 19),
    "8171": (16,),
    "5018": (12, 13, 16, 19),
    "6763": (12, 16, 19),
}


def luhn_sum(number: str) -> int:
    doubled = [str(2 * int(digit)) if place % 2 else digit for place, digit in enumerate(reversed(number))]
    return sum(int(digit) for digit in "".join(doubled))


def card(prefix: str, length: int, random: Random) -> str:
    body = prefix + digits(random, length - len(prefix) - 1)
    return next(body + last for last in string.digits if luhn_sum(body + last) % 10 == 0)


def iban(country: str, random: Random) -> str:
    account = digits(random, LENGTH_BY_COUNTRY[country] - 4)
    number = int("".join(str(int(character, 36)) for character in account + country) + "00")
    return f"{country}{98 - number % 97:02d}{account}"


def de_tax_id(random: Random) -> str:
    """One digit twice, one not at all."""
    nine = random.sample(string.digits, 9)
    ten = random.sample([*nine, random.choice(nine)], 10)
    if ten[0] == "0":
        return de_tax_id(random)
    product = 10
    for digit in ten:
        product = (((int(digit) + product) % 10) or 10) * 2 % 11
    return "".join(ten) + str((11 - product) % 10)


def fr_insee(random: Random) -> str:
    body = f"{random.choice('12')}{digits(random, 2)}{random.randint(1, 12):02d}{random.randint(1, 95):02d}"
    body += digits(random, 6)
    return f"{body}{97 - int(body) % 97:02d}"


def es_dni(random: Random) -> str:
    number = digits(random, 8)
    return number + "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23]


def it_codice_fiscale(random: Random) -> str:
    letters = string.ascii_uppercase
    body = f"{chars(random, 6, letters)}{digits(random, 2)}{random.choice('ABCDEHLMPRST')}"
    body += f"{random.randint(1, 28) + random.choice([0, 40]):02d}{random.choice(letters)}{digits(random, 3)}"
    # In odd places a character counts as much as the letter at its place in this word does in even ones.
    values = [int(one) if one.isdigit() else letters.index(one) for one in body]
    odd = [letters.index("BAFHJNPRTVCESULDGIMOQKWZYX"[value]) for value in values[::2]]
    return body + letters[(sum(odd) + sum(values[1::2])) % 26]


def pl_pesel(random: Random) -> str:
    month = random.randint(1, 12) + random.choice([0, 20, 80])
    body = f"{digits(random, 2)}{month:02d}{random.randint(1, 28):02d}{digits(random, 4)}"
    total = sum(int(digit) * (1, 3, 7, 9)[place % 4] for place, digit in enumerate(body))
    return f"{body}{-total % 10}"


def nl_bsn(random: Random) -> str:
    body = "1" + digits(random, 7)
    rest = sum(int(digit) * (9 - place) for place, digit in enumerate(body)) % 11
    return f"{body}{rest}" if rest < 10 else nl_bsn(random)


def digits(random: Random, count: int) -> str:
    return chars(random, count, string.digits)


def chars(random: Random, count: int, alphabet: str = BASE62) -> str:
    return "".join(random.choices(alphabet, k=count))


def with_checksum(prefix: str, random: Random) -> str:
    body = chars(random, 30)
    rest = crc32(body.encode())
    return prefix + body + "".join(BASE62[rest // 62**power % 62] for power in range(5, -1, -1))


def armoured(kind: str, content: bytes, line_end: str = "\n", headers: str = "") -> str:
    coded = base64.b64encode(content).decode()
    lines = [coded[place : place + 64] for place in range(0, len(coded), 64)]
    dashes = "-" * 5
    first, final = f"{dashes}BEGIN {kind}{dashes}", f"{dashes}END {kind}{dashes}"
    return line_end.join([first, *([headers, ""] if headers else []), *lines, final, ""])


def rsa_key(random: Random) -> str:
    return armoured(" ".join(["RSA", "PRIVATE", "KEY"]), b"\x30\x82\x02\x5c" + random.randbytes(300))


def service_account(random: Random, *, sort_keys: bool = False) -> str:
    key = armoured(" ".join(["PRIVATE", "KEY"]), b"\x30\x82\x02\x5c" + random.randbytes(1200))
    fields = {
        "type": "service_account",
        "project_id": "made-up",
        "private_key_id": chars(random, 40, "0123456789abcdef"),
        "private_key": key,
        "client_email": "nobody@made-up.iam.gserviceaccount.com",
        "token_uri": "https://oauth2.googleapis.com/token",
    }
    return json.dumps(fields, indent=2, sort_keys=sort_keys)


def jwt(random: Random, header: object = None) -> str:
    parts = (header or {"alg": "HS256", "typ": "JWT"}, {"sub": digits(random, 10)})
    coded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join([*coded, chars(random, 43, URL_SAFE)])


def pypi(random: Random) -> str:
    return "pypi-" + base64.urlsafe_b64encode(b"\x02\x01\x08pypi.org\x00" + random.randbytes(90)).decode().rstrip("=")


def slack(random: Random) -> str:
    return "-".join(["xoxb", digits(random, 12), digits(random, 12), chars(random, 24)])


def webhook(random: Random) -> str:
    capitals = string.digits + string.ascii_uppercase
    parts = ["T" + chars(random, 9, capitals), "B" + chars(random, 9, capitals), chars(random, 24)]
    return "/".join(["https://hooks.slack.com/services", *parts])


def aws_secret(random: Random) -> str:
    return "aB3" + chars(random, 37, BASE62 + "/+")


def aws_id(random: Random) -> str:
    return "AK" + "IA" + chars(random, 16, string.ascii_uppercase + "234567")


def storage_key(random: Random) -> str:
    return "Account" + "Key=" + base64.b64encode(random.randbytes(64)).decode()


def one_card(random: Random) -> str:
    prefix = random.choice(list(CARD_PREFIXES))
    return card(prefix, random.choice(CARD_PREFIXES[prefix]), random)


MAKERS = {
    "payment-card": one_card,
    "iban": lambda random: iban(random.choice(list(LENGTH_BY_COUNTRY)), random),
    "us-ssn": lambda random: f"{random.randint(1, 665):03d}-{random.randint(1, 99):02d}-{random.randint(1, 9999):04d}",
    "uk-nino": lambda random: f"{random.choice(['AB', 'CE', 'JP'])}{digits(random, 6)}{random.choice('ABCD')}",
    "de-tax-id": de_tax_id,
    "fr-insee": fr_insee,
    "es-dni": es_dni,
    "it-codice-fiscale": it_codice_fiscale,
    "pl-pesel": pl_pesel,
    "nl-bsn": nl_bsn,
    "private-key": rsa_key,
    "aws-access-key": aws_id,
    "aws-secret-key": lambda random: "aws_secret_access_key = " + aws_secret(random),
    "gcp-service-account": service_account,
    "google-api-key": lambda random: "AI" + "za" + chars(random, 35, URL_SAFE),
    "azure-storage-key": storage_key,
    "github-token": lambda random: with_checksum("gh" + random.choice("pous") + "_", random),
    "gitlab-token": lambda random: "gl" + "pat-" + chars(random, 20, URL_SAFE),
    "slack-token": slack,
    "slack-webhook": webhook,
    "stripe-key": lambda random: "_".join([random.choice(["sk", "rk"]), "live", chars(random, 24)]),
    "jwt": jwt,
    "openai-key": lambda random: "sk-" + chars(random, 20) + "T3Blbk" + "FJ" + chars(random, 20),
    "anthropic-key": lambda random: "sk-" + "ant-api03-" + chars(random, 93, URL_SAFE) + "AA",
    "npm-token": lambda random: with_checksum("npm_", random),
    "pypi-token": pypi,
    "sendgrid-key": lambda random: ".".join(["SG", chars(random, 22, URL_SAFE), chars(random, 43, URL_SAFE)]),
}
"""How to make a value of each detector; with the word before it where it is found only after one."""

randoms = st.integers(0, 2**32 - 1).map(Random)


def made(name: str) -> st.SearchStrategy[bytes]:
    return randoms.map(lambda random: MAKERS[name](random).encode())
