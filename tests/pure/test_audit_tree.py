"""The tree is the one of RFC 6962, and its proofs convince a stranger."""

from __future__ import annotations

from base64 import b64decode
from hashlib import sha256

import pytest
from hypothesis import given, settings, strategies as st

from build.audit import LocalSigner
from callward.audit import notes, tree
from callward.audit.errors import MalformedNoteError

# the reference vectors of certificate-transparency: eight leaves and the root after each
LEAVES = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    b"\x50\x51\x52\x53\x54\x55\x56\x57",
    bytes(range(0x60, 0x70)),
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


class Forest:
    """Tiles of a list of leaf hashes, held in memory."""

    def __init__(self, hashes: list[bytes]) -> None:
        self.levels = [b"".join(hashes)]
        width = tree.TILE * tree.HASH
        while len(self.levels[-1]) >= width:
            below = self.levels[-1]
            whole = len(below) // width * width
            self.levels.append(
                b"".join(tree.perfect_root(below[at : at + width]) for at in range(0, whole, width))
            )

    def __call__(self, level: int, number: int, count: int, /) -> bytes:
        width = tree.TILE * tree.HASH
        tile = self.levels[level][number * width : (number + 1) * width]
        assert len(tile) >= count * tree.HASH
        return tile


def plain_root(hashes: list[bytes]) -> bytes:
    """The definition of RFC 6962, section 2.1, word for word."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    middle = 1
    while middle * 2 < len(hashes):
        middle *= 2
    return sha256(b"\x01" + plain_root(hashes[:middle]) + plain_root(hashes[middle:])).digest()


def hashes_of(count: int) -> list[bytes]:
    return [tree.leaf_hash(str(number).encode()) for number in range(count)]


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_the_reference_vectors(size):
    hashes = [tree.leaf_hash(leaf) for leaf in LEAVES]
    assert tree.tree_root(Forest(hashes), size).hex() == ROOTS[size - 1]


def test_root_of_no_leaves_is_the_hash_of_nothing():
    assert tree.tree_root(Forest([]), 0) == sha256(b"").digest()


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 300, 511, 512, 513, 1000])
def test_roots_over_tiles_are_those_of_the_definition(size):
    hashes = hashes_of(size)
    assert tree.tree_root(Forest(hashes), size) == plain_root(hashes)


def test_root_over_three_levels_of_tiles_is_that_of_the_definition():
    hashes = hashes_of(65_536 + 700)
    assert tree.tree_root(Forest(hashes), len(hashes)) == plain_root(hashes)


@given(st.integers(1, 700).flatmap(lambda n: st.tuples(st.integers(0, n - 1), st.just(n))))
@settings(max_examples=60, deadline=None)
def test_every_leaf_is_proven_and_no_other_in_its_place(case):
    index, size = case
    hashes = hashes_of(size)
    path = tree.inclusion_path(Forest(hashes), index, size)
    root = plain_root(hashes)
    assert tree.root_from_inclusion(hashes[index], index, size, path) == root
    stranger = tree.leaf_hash(b"stranger")
    assert tree.root_from_inclusion(stranger, index, size, path) != root
    assert tree.root_from_inclusion(hashes[index], index + 1, size, path) != root or size == 1


@given(st.integers(1, 600).flatmap(lambda n: st.tuples(st.integers(1, n), st.just(n))))
@settings(max_examples=60, deadline=None)
def test_a_later_tree_is_shown_to_begin_with_the_earlier_one(case):
    old, new = case
    hashes = hashes_of(new)
    path = tree.consistency_path(Forest(hashes), old, new)
    old_root, new_root = plain_root(hashes[:old]), plain_root(hashes)
    asked = {"old": old, "new": new, "path": path}
    assert tree.is_consistent(old_root=old_root, new_root=new_root, **asked)
    forked = plain_root([tree.leaf_hash(b"fork"), *hashes[1:old]])
    assert not tree.is_consistent(old_root=forked, new_root=new_root, **asked)


def test_a_shorter_tree_never_continues_a_longer_one():
    roots = {"old_root": b"a" * 32, "new_root": b"b" * 32}
    assert not tree.is_consistent(old=3, new=2, path=[], **roots)
    assert not tree.is_consistent(old=3, new=3, path=[], **roots)
    assert not tree.is_consistent(old=1, new=8, path=[], **roots)
    assert tree.is_consistent(old=0, new=8, path=[], **roots)


@pytest.mark.parametrize("size", [2, 5, 300])
def test_a_path_of_a_wrong_length_proves_nothing(size):
    hashes = hashes_of(size)
    path = tree.inclusion_path(Forest(hashes), 0, size)
    assert tree.root_from_inclusion(hashes[0], 0, size, path[:-1]) is None
    assert tree.root_from_inclusion(hashes[0], 0, size, [*path, b"x" * 32]) is None
    assert tree.root_from_inclusion(hashes[0], size, size, path) is None


def signed(size: int = 8) -> str:
    signer = LocalSigner()
    root = bytes.fromhex(ROOTS[size - 1])
    return notes.sign_head(notes.Head(origin=signer.origin, size=size, root=root), signer=signer)


def test_a_checkpoint_is_a_c2sp_signed_note():
    lines = signed().split("\n")
    assert lines[:2] == ["audit.callward.test", "8"]
    assert b64decode(lines[2]).hex() == ROOTS[7]
    assert lines[3] == ""
    assert lines[4].startswith("— audit.callward.test ")
    assert lines[5:] == [""]


def test_a_checkpoint_convinces_only_as_it_was_signed():
    note, key = signed(), LocalSigner().public_key
    assert notes.is_signed(note, public_key=key)
    assert not notes.is_signed(note.replace("\n8\n", "\n9\n"), public_key=key)
    assert not notes.is_signed(note, public_key=LocalSigner(seed=b"\x01" * 32).public_key)
    assert not notes.is_signed(note.partition("\n\n")[0], public_key=key)
    assert not notes.is_signed(note[:-8] + "\n", public_key=key)


@pytest.mark.parametrize("note", ["", "a\nb\nc\n", "a\n1\n!!!\n\n", "a\n-1\nAAAA\n\n", "a\n1\n"])
def test_a_text_that_is_no_checkpoint_is_refused(note):
    with pytest.raises(MalformedNoteError):
        notes.parse_head(note)


def test_a_proof_is_checked_without_any_database():
    hashes = [tree.leaf_hash(leaf) for leaf in LEAVES]
    path = tuple(tree.inclusion_path(Forest(hashes), 5, 8))
    proof = notes.InclusionProof(index=5, entry=LEAVES[5], path=path, checkpoint=signed())
    key = LocalSigner().public_key
    assert notes.proves(notes.parse_proof(proof.text, entry=LEAVES[5]), public_key=key)
    assert not notes.proves(notes.parse_proof(proof.text, entry=b"other"), public_key=key)


@pytest.mark.parametrize("text", ["", "c2sp.org/tlog-proof@v1\nindex x\n\n", "other\nindex 1\n\nz"])
def test_a_text_that_is_no_proof_is_refused(text):
    with pytest.raises(MalformedNoteError):
        notes.parse_proof(text, entry=b"")


def test_the_public_key_is_handed_on_in_the_form_of_notes():
    name, key_id, key = notes.verifier_key("log.example", b"k" * 32).split("+", 2)
    assert (name, len(key_id)) == ("log.example", 8)
    assert key.startswith("AW")
