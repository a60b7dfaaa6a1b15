#!/usr/bin/env bash
# pymerkle grows RFC 9162 trees, but its proofs are not those of the RFC: another verifier cannot take them.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install -q --disable-pip-version-check pymerkle==7.0.0
"$place/venv/bin/python" - <<'PROGRAM'
"""The root agrees with RFC 9162 section 2.1; the inclusion and consistency paths do not."""

import hashlib

from pymerkle import InmemoryTree

ENTRIES = [b"entry %d" % number for number in range(5)]


def leaf(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def root(leaves):
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root(leaves[:half]) + root(leaves[half:])).digest()


tree = InmemoryTree(algorithm="sha256")
for entry in ENTRIES:
    tree.append_entry(entry)
leaves = [leaf(entry) for entry in ENTRIES]
assert tree.get_root() == root(leaves)

inclusion = tree.prove_inclusion(3).serialize()["path"]
by_rfc = [leaves[3], root(leaves[:2]), leaves[4]]
print("inclusion of entry 2 of 5:", len(inclusion), "hashes; by the RFC:", len(by_rfc))
assert inclusion != [each.hex() for each in by_rfc]
assert inclusion[0] == leaves[2].hex(), "the path begins with the very leaf that is to be proven"
assert len(inclusion) == 4

consistency = tree.prove_consistency(2, 5).serialize()["path"]
by_rfc = [root(leaves[2:4]), leaves[4]]
print("consistency of 2 and 5:", len(consistency), "hashes; by the RFC:", len(by_rfc))
assert len(consistency) == 4
PROGRAM
