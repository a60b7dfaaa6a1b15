#!/usr/bin/env bash
# wavefile: a call stored as IMA ADPCM and read again is longer than it was, and thousands of its samples are others.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
npm install --silent --no-audit --no-fund wavefile@11.0.0 >/dev/null
cat >program.js <<'PROGRAM'
// Ten seconds of one steady level, mono, 8 kHz, 16 bits: the only form that its manual allows.
const assert = require("node:assert");
const { WaveFile } = require("wavefile");

const SAMPLES = 80000, LEVEL = 1000;
const file = new WaveFile();
file.fromScratch(1, 8000, "16", new Int16Array(SAMPLES).fill(LEVEL));
file.toIMAADPCM();
const promised = file.fact.dwSampleLength;
file.fromIMAADPCM();
const back = Array.from(file.getSamples());
const off = back.filter((sample) => Math.abs(sample - LEVEL) > 50).length;
console.log(`wavefile ${require("wavefile/package.json").version}: ${SAMPLES} samples in,`,
  `${promised} promised by the fact chunk, ${back.length} back, ${off} of them off by more than 50`);
assert.equal(promised, 82288);
assert.equal(back.length, 82288);
assert.ok(off > 2000);
PROGRAM
node program.js
