"""Tink itself, reading and writing the same wire format, as the judge of ours."""

from __future__ import annotations

import io

import tink
from tink import cleartext_keyset_handle, streaming_aead
from tink.proto import aes_gcm_hkdf_streaming_pb2, common_pb2, tink_pb2

_TYPE = "type.googleapis.com/google.crypto.tink.AesGcmHkdfStreamingKey"


class _Kept(io.BytesIO):
    """Keeps what was written when Tink closes it."""

    kept = b""

    def close(self) -> None:
        self.kept = self.getvalue()
        super().close()


def _primitive(key: bytes, segment: int):
    streaming_aead.register()
    material = aes_gcm_hkdf_streaming_pb2.AesGcmHkdfStreamingKey(
        key_value=key,
        params=aes_gcm_hkdf_streaming_pb2.AesGcmHkdfStreamingParams(
            ciphertext_segment_size=segment,
            derived_key_size=32,
            hkdf_hash_type=common_pb2.SHA256,
        ),
    )
    single = tink_pb2.Keyset.Key(
        key_id=1,
        status=tink_pb2.ENABLED,
        output_prefix_type=tink_pb2.RAW,
        key_data=tink_pb2.KeyData(
            type_url=_TYPE,
            value=material.SerializeToString(),
            key_material_type=tink_pb2.KeyData.SYMMETRIC,
        ),
    )
    keyset = tink_pb2.Keyset(primary_key_id=1, key=[single]).SerializeToString()
    handle = cleartext_keyset_handle.read(tink.BinaryKeysetReader(keyset))
    return handle.primitive(streaming_aead.StreamingAead)


def tink_opens(sealed: bytes, *, key: bytes, bound: bytes, segment: int) -> bytes:
    """Open with Tink."""
    primitive = _primitive(key, segment)
    return primitive.new_decrypting_stream(io.BytesIO(sealed), bound).read()


def tink_seals(plain: bytes, *, key: bytes, bound: bytes, segment: int) -> bytes:
    """Seal with Tink."""
    kept = _Kept()
    with _primitive(key, segment).new_encrypting_stream(kept, bound) as stream:
        stream.write(plain)
    return kept.kept
