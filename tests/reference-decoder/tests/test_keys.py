"""X-Wing against its draft's first test vector, the key schedule against RFC 9180's."""

import hashlib
import unittest

from lifeboat_vault import hpke, xwing
from lifeboat_vault.errors import Malformed
from tests.builder import encapsulate

SEED = bytes.fromhex("7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26")
PUBLIC_KEY_SHA256 = "2e816deebcd76c5c80d0cd2d174478871658e8e2ff42bc9d4a6e486372e856bb"
PUBLIC_KEY_SHA3_256 = "5121745904643ad9dfacca7869292c19a8a69533b53e60666b7db910b4ad6367"
ENCAPSULATION = bytes.fromhex(
    "b83aa828d4d62b9a83ceffe1d3d3bb1ef31264643c070c5798927e41fb07914a273f8f96e7826cd5375a283d7da88530"
    "4c5de0516a0f0654243dc5b97f8bfeb831f68251219aabdd723bc6512041acbaef8af44265524942b902e68ffd23221c"
    "da70b1b55d776a92d1143ea3a0c475f63ee6890157c7116dae3f62bf72f60acd2bb8cc31ce2ba0de364f52b8ed38c79d"
    "719715963a5dd3842d8e8b43ab704e4759b5327bf027c63c8fa857c4908d5a8a7b88ac7f2be394d93c3706ddd4e698cc"
    "6ce370101f4d0213254238b4a2e8821b6e414a1cf20f6c1244b699046f5a01caa0a1a55516300b40d2048c77cc73afba"
    "79afeea9d2c0118bdf2adb8870dc328c5516cc45b1a2058141039e2c90a110a9e16b318dfb53bd49a126d6b73f215787"
    "517b8917cc01cabd107d06859854ee8b4f9861c226d3764c87339ab16c3667d2f49384e55456dd40414b70a6af841585"
    "f4c90c68725d57704ee8ee7ce6e2f9be582dbee985e038ffc346ebfb4e22158b6c84374a9ab4a44e1f91de5aac5197f8"
    "9bc5e5442f51f9a5937b102ba3beaebf6e1c58380a4a5fedce4a4e5026f88f528f59ffd2db41752b3a3d90efabe46389"
    "9b7d40870c530c8841e8712b733668ed033adbfafb2d49d37a44d4064e5863eb0af0a08d47b3cc888373bc05f7a33b84"
    "1bc2587c57eb69554e8a3767b7506917b6b70498727f16eac1a36ec8d8cfaf751549f2277db277e8a55a9a5106b23a02"
    "06b4721fa9b3048552c5bd5b594d6e247f38c18c591aea7f56249c72ce7b117afcc3a8621582f9cf71787e183dee0936"
    "7976e98409ad9217a497df888042384d7707a6b78f5f7fb8409e3b535175373461b776002d799cbad62860be70573ecb"
    "e13b246e0da7e93a52168e0fb6a9756b895ef7f0147a0dc81bfa644b088a9228160c0f9acf1379a2941cd28c06ebc80e"
    "44e17aa2f8177010afd78a97ce0868d1629ebb294c5151812c583daeb88685220f4da9118112e07041fcc24d5564a99f"
    "dbde28869fe0722387d7a9a4d16e1cc8555917e09944aa5ebaaaec2cf62693afad42a3f518fce67d273cc6c9fb5472b3"
    "80e8573ec7de06a3ba2fd5f931d725b493026cb0acbd3fe62d00e4c790d965d7a03a3c0b4222ba8c2a9a16e2ac658f57"
    "2ae0e746eafc4feba023576f08942278a041fb82a70a595d5bacbf297ce2029898a71e5c3b0d1c6228b485b1ade509b3"
    "5fbca7eca97b2132e7cb6bc465375146b7dceac969308ac0c2ac89e7863eb8943015b24314cafb9c7c0e85fe543d5665"
    "8c213632599efabfc1ec49dd8c88547bb2cc40c9d38cbd3099b4547840560531d0188cd1e9c23a0ebee0a03d5577d66b"
    "1d2bcb4baaf21cc7fef1e03806ca96299df0dfbc56e1b2b43e4fc20c37f834c4af62127e7dae86c3c25a2f696ac8b589"
    "dec71d595bfbe94b5ed4bc07d800b330796fda89edb77be0294136139354eb8cd37591578f9c600dd9be8ec6219fdd50"
    "7adf3397ed4d68707b8d13b24ce4cd8fb22851bfe9d632407f31ed6f7cb1600de56f17576740ce2a32fc5145030145cf"
    "b97e63e0e41d354274a079d3e6fb2e15"
)
SHARED_SECRET = "d2df0522128f09dd8e2c92b1e905c793d8f57a54c3da25861f10bf4ca613e384"


class XWing(unittest.TestCase):
    def test_a_seed_gives_the_drafts_public_key(self) -> None:
        public_key = xwing.XWingPrivateKey(SEED).public_key
        self.assertEqual(hashlib.sha256(public_key).hexdigest(), PUBLIC_KEY_SHA256)
        self.assertEqual(hashlib.sha3_256(public_key).hexdigest(), PUBLIC_KEY_SHA3_256)

    def test_decapsulation_gives_the_drafts_secret(self) -> None:
        secret = xwing.XWingPrivateKey(SEED).decapsulate(ENCAPSULATION)
        self.assertEqual(secret.hex(), SHARED_SECRET)

    def test_both_sides_agree(self) -> None:
        key = xwing.XWingPrivateKey(bytes(range(32)))
        secret, encapsulation = encapsulate(key.public_key)
        self.assertEqual(key.decapsulate(encapsulation), secret)

    def test_an_encapsulation_of_another_length_is_malformed(self) -> None:
        with self.assertRaises(Malformed):
            xwing.XWingPrivateKey(SEED).decapsulate(ENCAPSULATION[:-1])


class KeySchedule(unittest.TestCase):
    SHARED_SECRET = bytes.fromhex("fe0e18c9f024ce43799ae393c7e8fe8fce9d218875e8227b0187c04e7d2ea1fc")
    INFO = b"Ode on a Grecian Urn"

    def test_base_mode_exports_what_rfc_9180_a_1_1_says(self) -> None:
        suite = hpke.Suite(kem=0x0020, kdf=0x0001, aead=0x0001)
        expected = {
            b"": "3853fe2b4035195a573ffc53856e77058e15d9ea064de3e59f4961d0095250ee",
            b"\0": "2e8f0b54673c7029649d4eb9d5e33bf1872cf76d623ff164ac185da9e88c21a5",
            b"TestContext": "e9e43065102c3836401bed8c3c3c75ae46be1639869391d62c61f1ec7af54931",
        }
        for context, exported in expected.items():
            self.assertEqual(hpke.export(self.SHARED_SECRET, self.INFO, context, suite=suite).hex(), exported)

    def test_everything_that_goes_in_changes_what_comes_out(self) -> None:
        secret = self.SHARED_SECRET
        exports = {
            hpke.export(secret, b"a", b"c"),
            hpke.export(secret, b"b", b"c"),
            hpke.export(secret, b"a", b"d"),
            hpke.export(secret, b"a", b"c", psk=b"p" * 32, psk_id=b"i"),
            hpke.export(secret, b"a", b"c", psk=b"q" * 32, psk_id=b"i"),
            hpke.export(secret, b"a", b"c", psk=b"p" * 32, psk_id=b"j"),
            hpke.export(bytes(32), b"a", b"c"),
        }
        self.assertEqual(len(exports), 7)
