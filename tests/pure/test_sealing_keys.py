"""Keys are wrapped, kept and used so that only their owner opens with them."""

from __future__ import annotations

import os

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from callward.sealing import digests, root, secret, signatures, wrap
from callward.sealing.errors import (
    KeyMalformedError,
    RootKeyExistsError,
    RootKeyExposedError,
    RootKeyMissingError,
    SecretBrokenError,
    SignatureBrokenError,
    UnknownSuiteError,
    WrapBrokenError,
)
from callward.sealing.stream import new_key


def test_a_wrapped_key_opens_with_the_private_half_alone():
    epoch, other, key = wrap.EpochKey.generate(), wrap.EpochKey.generate(), new_key()
    wrapped = wrap.wrap(key, epoch.public, b"recording 1")
    assert wrap.unwrap(wrapped, epoch.private, b"recording 1") == key
    assert len(wrapped) == 81
    with pytest.raises(WrapBrokenError):
        wrap.unwrap(wrapped, other.private, b"recording 1")


def test_a_wrap_is_plain_hpke_behind_its_suite_id():
    epoch, key = wrap.EpochKey.generate(), new_key()
    wrapped = wrap.wrap(key, epoch.public, b"recording 1")
    suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    private = X25519PrivateKey.from_private_bytes(epoch.private)
    assert suite.decrypt(wrapped[1:], private, info=b"callward/wrap/1\0recording 1") == key


def test_a_wrap_of_another_recording_is_refused():
    epoch = wrap.EpochKey.generate()
    wrapped = wrap.wrap(new_key(), epoch.public, b"recording 1")
    with pytest.raises(WrapBrokenError):
        wrap.unwrap(wrapped, epoch.private, b"recording 2")


@pytest.mark.parametrize("damage", [lambda w: w[:-1], lambda w: w[:20], lambda w: w + b"x"])
def test_a_damaged_wrap_is_refused(damage):
    epoch = wrap.EpochKey.generate()
    wrapped = wrap.wrap(new_key(), epoch.public, b"")
    with pytest.raises(WrapBrokenError):
        wrap.unwrap(damage(wrapped), epoch.private, b"")


@pytest.mark.parametrize("wrapped", [b"", b"\x07" + bytes(80)])
def test_a_wrap_of_an_unknown_suite_is_refused(wrapped):
    with pytest.raises(UnknownSuiteError):
        wrap.unwrap(wrapped, wrap.EpochKey.generate().private, b"")


def test_the_private_half_is_not_shown():
    epoch = wrap.EpochKey.generate()
    assert epoch.private.hex() not in repr(epoch)
    assert repr(epoch.private) not in repr(epoch)
    assert wrap.EpochKey.from_private(epoch.private) == epoch
    assert len(wrap.key_id(epoch.public)) == 8


def test_a_small_secret_opens_in_its_own_place_only():
    key = new_key()
    sealed = secret.seal_secret(b"+44 20 7946 0123", key, b"number 1")
    assert secret.open_secret(sealed, key, b"number 1") == b"+44 20 7946 0123"
    assert b"7946" not in sealed
    for wrong_key, wrong_context in ((new_key(), b"number 1"), (key, b"number 2")):
        with pytest.raises(SecretBrokenError):
            secret.open_secret(sealed, wrong_key, wrong_context)


@pytest.mark.parametrize("cut", [1, 5, 13, 20])
def test_a_cut_secret_is_refused(cut):
    sealed = secret.seal_secret(b"word", new_key(), b"")
    with pytest.raises(SecretBrokenError):
        secret.open_secret(sealed[:cut], new_key(), b"")


def test_a_secret_of_an_unknown_suite_is_refused():
    with pytest.raises(UnknownSuiteError):
        secret.open_secret(b"\x09" + bytes(40), new_key(), b"")


def test_a_signature_fits_its_payload_and_key_alone():
    private = signatures.generate_signing_key()
    public = signatures.public_of(private)
    signature = signatures.sign(b"certificate", private)
    signatures.verify(b"certificate", signature, public)
    other = signatures.public_of(signatures.generate_signing_key())
    wrong = ((b"forged", signature, public), (b"certificate", signature, other))
    for payload, signed, by in (*wrong, (b"certificate", signature[:-1], public)):
        with pytest.raises(SignatureBrokenError):
            signatures.verify(payload, signed, by)


def test_digests_are_the_published_ones():
    assert digests.sha256(b"abc").hex().startswith("ba7816bf8f01cfea")
    # RFC 4231, test case 2
    assert digests.keyed_digest(b"Jefe", "what do ya want for nothing?").hex() == (
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )
    assert digests.keyed_digest(b"Jefe", b"x") == digests.keyed_digest(b"Jefe", "x")
    assert digests.same(b"one", b"one")
    assert not digests.same(b"one", b"two")


def test_a_root_key_file_belongs_to_its_owner_alone(tmp_path):
    path = tmp_path / "keys" / "root.key"
    key = root.make_root_key_file(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert root.read_root_key_file(path) == key
    with pytest.raises(RootKeyExistsError):
        root.make_root_key_file(path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_root_key_that_others_may_read_is_refused(tmp_path, mode):
    path = tmp_path / "root.key"
    root.make_root_key_file(path)
    path.chmod(mode)
    with pytest.raises(RootKeyExposedError):
        root.read_root_key_file(path)


def test_a_missing_or_linked_root_key_is_refused(tmp_path):
    path = tmp_path / "root.key"
    with pytest.raises(RootKeyMissingError):
        root.read_root_key_file(path)
    root.make_root_key_file(tmp_path / "other.key")
    path.symlink_to(tmp_path / "other.key")
    with pytest.raises(RootKeyMissingError):
        root.read_root_key_file(path)


@pytest.mark.parametrize("content", [b"", b"not hexadecimal", b"00" * 31, b"\xff\xfe"])
def test_a_malformed_root_key_is_refused(tmp_path, content):
    path = tmp_path / "root.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(KeyMalformedError):
        root.read_root_key_file(path)


def test_a_passphrase_gives_the_same_root_key_with_the_same_salt_only():
    salt = root.new_salt()
    key = root.root_key_from_passphrase("correct horse", salt=salt)
    assert key == root.root_key_from_passphrase("correct horse", salt=salt)
    assert key != root.root_key_from_passphrase("correct horse", salt=root.new_salt())
    assert key != root.root_key_from_passphrase("wrong horse", salt=salt)


def test_the_keys_of_two_purposes_differ():
    key = os.urandom(32)
    assert root.subkey(key, "epoch") != root.subkey(key, "service")
    assert root.subkey(key, "epoch") == root.subkey(key, "epoch")
