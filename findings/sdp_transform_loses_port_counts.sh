#!/usr/bin/env bash
# sdp-transform loses a media line that gives a count of ports, raises nothing, and writes it again as 'undefined NaN'.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
npm install --silent --no-audit --no-fund sdp-transform@3.0.0 >/dev/null
cat >program.js <<'PROGRAM'
// RFC 8866 section 5.14: <port>/<number of ports>; lawful, met where RTP and RTCP ports are counted.
const assert = require("node:assert");
const sdp = require("sdp-transform");

const offer = ["v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", "c=IN IP4 192.0.2.1", "t=0 0",
  "m=audio 4000/1 RTP/AVP 8 101", "a=rtpmap:8 PCMA/8000", "a=rtpmap:101 telephone-event/8000", ""].join("\r\n");
const [media] = sdp.parse(offer).media;
const again = sdp.write(sdp.parse(offer));
console.log("sdp-transform", require("sdp-transform/package.json").version, "read:", Object.keys(media).join(", "));
console.log("written again:", again.split("\r\n").find((line) => line.startsWith("m=")));
assert.equal(media.type, undefined);
assert.equal(media.port, undefined);
assert.equal(media.rtp.length, 2, "the attributes of the lost line are kept");
assert.match(again, /^m=undefined NaN undefined/m);
PROGRAM
node program.js
