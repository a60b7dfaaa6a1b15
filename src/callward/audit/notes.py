"""Signed checkpoints and proofs in the C2SP text formats; a stranger needs no Callward to check."""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as NotBase64Error
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from callward.audit import tree
from callward.audit.errors import MalformedNoteError
from callward.kernel.errors import BadInputError
from callward.kernel.references import Ref, parse_ref
from callward.sealing import signatures
from callward.sealing.errors import SignatureBrokenError

if TYPE_CHECKING:
    from callward.audit.ports import CheckpointSigner

_DESTROYED = "destroyed"
_SUB_TREE_LINES = 5
PROOF_FORMAT = "c2sp.org/tlog-proof@v1"

_ED25519 = b"\x01"
_KEY_ID = 4
_SIGNED_BY = "\N{EM DASH} "
_HEAD_LINES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a checkpoint says: of which log, how many leaves, under which root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class InclusionProof:
    """That one entry stands in the tree of one signed checkpoint."""

    index: int
    entry: bytes
    path: tuple[bytes, ...]
    checkpoint: str
    destroyed: bytes = b""  # the hash that stands for an entry whose content went on its day

    @property
    def leaf(self) -> bytes:
        """The hash that the proof is about."""
        return self.destroyed or tree.leaf_hash(self.entry)

    @property
    def text(self) -> str:
        """The proof as a C2SP tlog-proof."""
        hashes = "".join(f"{b64encode(step).decode()}\n" for step in self.path)
        return f"{PROOF_FORMAT}\nindex {self.index}\n{hashes}\n{self.checkpoint}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubTree:
    """Entries whose content went together: where they stood, and the root over their hashes."""

    ref: Ref
    at: str
    ranges: tuple[tuple[int, int], ...]
    root: bytes

    @property
    def count(self) -> int:
        """How many entries it covers."""
        return sum(last - first + 1 for first, last in self.ranges)

    @property
    def digest(self) -> str:
        """The root as audit facts and certificates write it."""
        return f"sha256:{self.root.hex()}"

    def text(self, origin: str) -> str:
        """The text that is signed."""
        places = ",".join(f"{first}-{last}" for first, last in self.ranges)
        root = b64encode(self.root).decode()
        return f"{origin}\n{_DESTROYED} {self.ref}\nat {self.at}\nentries {places}\nroot {root}\n"


def parse_sub_tree(note: str) -> SubTree | None:
    """Read a note of a destruction, without believing it."""
    said = [line.split(" ") for line in note.partition("\n\n")[0].split("\n")]
    try:
        if len(said) != _SUB_TREE_LINES or said[1][0] != _DESTROYED:
            return None
        pairs = [place.split("-") for place in said[3][1].split(",")]
        return SubTree(
            ref=parse_ref(said[1][1]),
            at=said[2][1],
            ranges=tuple((int(first), int(last)) for first, last in pairs),
            root=b64decode(said[4][1], validate=True),
        )
    except (IndexError, ValueError, NotBase64Error, BadInputError):
        return None


def _key_id(name: str, public_key: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + _ED25519 + public_key).digest()[:_KEY_ID]


def verifier_key(name: str, public_key: bytes) -> str:
    """The public key as people hand it on: `name+id+key`."""
    key = b64encode(_ED25519 + public_key).decode()
    return f"{name}+{_key_id(name, public_key).hex()}+{key}"


def sign_head(head: Head, *, signer: CheckpointSigner) -> str:
    """The signed note of a head."""
    return sign_text(head.text, name=head.origin, signer=signer)


def sign_text(text: str, *, name: str, signer: CheckpointSigner) -> str:
    """The signed note of a text whose first line is the name of the log."""
    signature = _key_id(name, signer.public_key) + signer.sign(text.encode())
    return f"{text}\n{_SIGNED_BY}{name} {b64encode(signature).decode()}\n"


def parse_head(note: str) -> Head:
    """Read what a checkpoint says, without believing it; raises MalformedNoteError."""
    lines = note.partition("\n\n")[0].split("\n")
    try:
        origin, size, root = lines[0], int(lines[1]), b64decode(lines[2], validate=True)
    except (IndexError, ValueError, NotBase64Error) as error:
        raise MalformedNoteError(kind="checkpoint") from error
    if len(lines) < _HEAD_LINES or len(root) != tree.HASH or size < 0:
        raise MalformedNoteError(kind="checkpoint")
    return Head(origin=origin, size=size, root=root)


def is_signed(note: str, *, public_key: bytes) -> bool:
    """Whether the log's own key signed this note."""
    text, blank, signatures = note.partition("\n\n")
    text += "\n"
    name = text.partition("\n")[0]
    prefix = f"{_SIGNED_BY}{name} "
    if not blank:
        return False
    for line in signatures.splitlines():
        if line.startswith(prefix) and _signs(line.removeprefix(prefix), text, name, public_key):
            return True
    return False


def _signs(encoded: str, text: str, name: str, public_key: bytes) -> bool:
    try:
        signature = b64decode(encoded, validate=True)
    except (ValueError, NotBase64Error):
        return False
    if signature[:_KEY_ID] != _key_id(name, public_key):
        return False
    try:
        signatures.verify(text.encode(), signature[_KEY_ID:], public_key)
    except SignatureBrokenError:
        return False
    return True


def parse_proof(text: str, *, entry: bytes) -> InclusionProof:
    """Read a tlog-proof; raises MalformedNoteError."""
    head, blank, checkpoint = text.partition("\n\n")
    lines = [line for line in head.split("\n") if not line.startswith("extra ")]
    try:
        index = int(lines[1].removeprefix("index "))
        path = tuple(b64decode(line, validate=True) for line in lines[2:])
    except (IndexError, ValueError, NotBase64Error) as error:
        raise MalformedNoteError(kind="proof") from error
    if lines[0] != PROOF_FORMAT or not blank:
        raise MalformedNoteError(kind="proof")
    return InclusionProof(index=index, entry=entry, path=path, checkpoint=checkpoint)


def proves(proof: InclusionProof, *, public_key: bytes) -> bool:
    """Whether the entry stands in the log of this key, checked without any database."""
    head = parse_head(proof.checkpoint)
    root = tree.root_from_inclusion(proof.leaf, proof.index, head.size, proof.path)
    return root == head.root and is_signed(proof.checkpoint, public_key=public_key)
