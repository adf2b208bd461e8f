"""Descriptor, keyring, epoch and head (§4 and §7)."""

from dataclasses import dataclass
from datetime import datetime

from . import hpke
from .custodians import MasterPublic
from .envelope import VerifyingKeys
from .errors import Malformed
from .primitives import TAG_BYTES, ZERO_NONCE, open_sealed, sha256, u8, u32
from .strict import U32_MAX, Members
from .xwing import ENCAPSULATION_BYTES, PUBLIC_KEY_BYTES, SEED_BYTES, XWingPrivateKey

CLOUDS_MAX = 16
CLOUD_ID_BYTES = 16
SEQUENCE_MAX = 9_999_999_999
_ROOT_PADDING = 1024


@dataclass(frozen=True)
class Descriptor:
    """What a repository is: its clouds, its signing keys and its master key."""

    repository: bytes
    need: int
    clouds: int
    cloud_ids: tuple[bytes, ...]
    keys: VerifyingKeys
    master: MasterPublic

    @staticmethod
    def parse(members: Members) -> "Descriptor":
        """Reads the payload of a descriptor."""
        members.format("lifeboat-vault-repository/1")
        members.time("created")
        clouds = members.integer("clouds", 3, CLOUDS_MAX)
        descriptor = Descriptor(
            repository=members.uuid("repository"),
            need=members.integer("need", 2, clouds - 1),
            clouds=clouds,
            cloud_ids=tuple(members.hex_list("cloud_ids", clouds, CLOUD_ID_BYTES)),
            keys=VerifyingKeys(members.base64("ed25519", 32), members.base64("ml_dsa_65", 1952)),
            master=MasterPublic.parse(members.members("master")),
        )
        members.close()
        if len(set(descriptor.cloud_ids)) != clouds:
            raise Malformed(f"{members.what} names one cloud twice")
        return descriptor


@dataclass(frozen=True)
class Keyring:
    """One generation's secrets, sealed to the master key."""

    repository: bytes
    generation: int
    master: bytes
    generation_public: bytes
    encapsulation: bytes
    sealed: bytes

    @staticmethod
    def parse(members: Members) -> "Keyring":
        """Reads the payload of a keyring."""
        members.format("lifeboat-vault-keyring/1")
        members.time("created")
        keyring = Keyring(
            repository=members.uuid("repository"),
            generation=members.integer("generation", 1, U32_MAX),
            master=members.hex("master", 32),
            generation_public=members.base64("generation_public", PUBLIC_KEY_BYTES),
            encapsulation=members.base64("encapsulation", ENCAPSULATION_BYTES),
            sealed=members.base64("sealed", 2 * SEED_BYTES + TAG_BYTES),
        )
        members.close()
        return keyring

    def open(self, master_key: XWingPrivateKey) -> tuple[XWingPrivateKey, bytes]:
        """The generation key and the repository key."""
        info = b"lifeboat vault keyring/1" + self.repository + u32(self.generation)
        shared_secret = master_key.decapsulate(self.encapsulation)
        key = hpke.export(shared_secret, info, b"keyring key")
        opened = open_sealed(key, ZERO_NONCE, self.sealed, info, f"keyring {self.generation}")
        generation_key = XWingPrivateKey(opened[:SEED_BYTES])
        if generation_key.public_key != self.generation_public:
            raise Malformed(f"keyring {self.generation} holds another generation's key")
        return generation_key, opened[SEED_BYTES:]


@dataclass(frozen=True)
class Epoch:
    """One run's key, wrapped to the generation key and a pre-shared key that the clouds share."""

    repository: bytes
    generation: int
    epoch: bytes
    encapsulation: bytes
    key_commitment: bytes
    share_commitments: tuple[bytes, ...]

    @staticmethod
    def parse(members: Members, clouds: int) -> "Epoch":
        """Reads the payload of an epoch."""
        members.format("lifeboat-vault-epoch/1")
        members.time("created")
        epoch = Epoch(
            repository=members.uuid("repository"),
            generation=members.integer("generation", 1, U32_MAX),
            epoch=members.uuid("epoch"),
            encapsulation=members.base64("encapsulation", ENCAPSULATION_BYTES),
            key_commitment=members.hex("key_commitment", 32),
            share_commitments=tuple(members.hex_list("share_commitments", clouds, 32)),
        )
        members.close()
        return epoch

    def commits_to(self, cloud: int, share: bytes) -> bool:
        """Whether `share` is the one made for the cloud."""
        commitment = sha256(b"lifeboat vault share/1", self.epoch, u8(cloud), share)
        return commitment == self.share_commitments[cloud - 1]

    def unwrap(self, generation_key: XWingPrivateKey, pre_shared_key: bytes) -> bytes:
        """The epoch key."""
        info = b"lifeboat vault epoch/1" + self.repository + u32(self.generation) + self.epoch
        shared_secret = generation_key.decapsulate(self.encapsulation)
        key = hpke.export(shared_secret, info, b"epoch key", psk=pre_shared_key, psk_id=self.epoch)
        if sha256(b"lifeboat vault epoch key/1", key) != self.key_commitment:
            raise Malformed("an epoch's key is not the one it is committed to")
        return key


@dataclass(frozen=True)
class Head:
    """One restore point."""

    repository: bytes
    generation: int
    sequence: int
    run: bytes
    previous: bytes | None
    created: datetime
    expires: datetime
    need: int
    clouds: int
    epoch: bytes
    epoch_hash: bytes
    catalogue_pieces: int
    catalogue_hash: bytes
    fragments_root: bytes
    root: bytes

    @staticmethod
    def parse(members: Members) -> "Head":
        """Reads the payload of a head."""
        members.format("lifeboat-vault-head/1")
        catalogue = members.members("catalogue")
        head = Head(
            repository=members.uuid("repository"),
            generation=members.integer("generation", 1, U32_MAX),
            sequence=members.integer("sequence", 1, SEQUENCE_MAX),
            run=members.uuid("run"),
            previous=members.optional_hex("previous", 32),
            created=members.time("created"),
            expires=members.time("expires"),
            need=members.integer("need", 2, CLOUDS_MAX),
            clouds=members.integer("clouds", 3, CLOUDS_MAX),
            epoch=members.uuid("epoch"),
            epoch_hash=members.hex("epoch_hash", 32),
            catalogue_pieces=catalogue.integer("pieces", 1, U32_MAX),
            catalogue_hash=catalogue.hex("hash", 32),
            fragments_root=members.hex("fragments_root", 32),
            root=members.base64("root"),
        )
        catalogue.close()
        members.close()
        if (head.previous is None) != (head.sequence == 1):
            raise Malformed(f"{members.what}: only sequence 1 has no previous head")
        if len(head.root) % _ROOT_PADDING != TAG_BYTES:
            raise Malformed(f"{members.what}: root is not padded")
        return head
