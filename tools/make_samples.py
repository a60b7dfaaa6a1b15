"""Speaks the sample calls of the demo: invented talks about bookings, in Romanian.

Run on a machine with espeak-ng; the results are committed, so nobody else needs it:
    python tools/make_samples.py samples/therapy-association
"""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from array import array
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import av
import lameenc

RATE = 8000
PAUSE = array("h", [0] * (RATE // 3))
AGENT, CALLER, OTHER = "ro", "ro+f3", "ro+m5"
LINE = "+442079460101"  # the line of the sample policy; every number is of a fictional range
GREETING = (AGENT, "Bună ziua, Terapie Exemplu. Convorbirea este înregistrată. Cu ce vă ajut?")


@dataclass(frozen=True, kw_only=True)
class Talk:
    """One call: when, who, and what is said."""

    start: str
    number: str
    agent: str
    lines: tuple[tuple[str, str], ...]
    outbound: bool = False

    @property
    def uniqueid(self) -> str:
        """Asterisk names a call by its second."""
        return f"{int(datetime.fromisoformat(self.start).timestamp())}.{int(self.agent)}"

    @property
    def file_name(self) -> str:
        """The name that a FreePBX monitor gives."""
        moment = datetime.fromisoformat(self.start).strftime("%Y%m%d-%H%M%S")
        other, way = self.number.lstrip("+"), "out" if self.outbound else "in"
        ends = f"{other}-{self.agent}" if self.outbound else f"{self.agent}-{other}"
        return f"{way}-{ends}-{moment}-{self.uniqueid}.mp3"


TALKS = (
    Talk(
        start="2026-03-02T09:05:12+02:00",
        number="+442079460777",
        agent="101",
        lines=(
            GREETING,
            (CALLER, "Bună ziua. Aș dori o programare la logopedie, dacă se poate joi."),
            (AGENT, "Joi la ora zece este liber. Vă convine?"),
            (CALLER, "Da, joi la zece este foarte bine. Vă mulțumesc."),
            (AGENT, "Cu drag. Veți primi un mesaj de confirmare. O zi bună!"),
        ),
    ),
    Talk(
        start="2026-03-04T11:42:30+02:00",
        number="+442079460823",
        agent="102",
        lines=(
            GREETING,
            (OTHER, "Bună ziua, trebuie să mut programarea de mâine."),
            (AGENT, "Sigur. Aveți liber luni la ora paisprezece sau marți la nouă."),
            (OTHER, "Marți la nouă, vă rog."),
            (AGENT, "Am mutat programarea pe marți, la ora nouă. La revedere!"),
        ),
    ),
    Talk(
        start="2026-03-09T15:20:03+02:00",
        number="+442079460777",
        agent="101",
        lines=(
            GREETING,
            (CALLER, "Am o reclamație. La ultima ședință am așteptat patruzeci de minute."),
            (AGENT, "Îmi pare rău. Notez reclamația și vă sună colegul meu până vineri."),
            (CALLER, "Bine, aștept. Vreau să știu de ce s-a întâmplat."),
            (AGENT, "Aveți dreptate. Vă mulțumim că ne-ați spus."),
        ),
    ),
    Talk(
        start="2026-03-11T10:01:44+02:00",
        number="+12025550143",
        agent="102",
        outbound=True,
        lines=(
            (AGENT, "Bună ziua, Terapie Exemplu. Convorbirea este înregistrată. Sunteți de acord?"),
            (OTHER, "Da, sunt de acord."),
            (AGENT, "Vă amintim de ședința de kinetoterapie de mâine, la ora opt."),
            (OTHER, "Mulțumesc, voi fi acolo."),
        ),
    ),
    Talk(
        start="2026-03-16T17:33:09+02:00",
        number="+442079460914",
        agent="103",
        lines=(
            GREETING,
            (CALLER, "Cât durează o ședință de terapie ocupațională pentru copii?"),
            (AGENT, "O ședință durează cincizeci de minute, iar prima este o evaluare."),
            (CALLER, "Mulțumesc, mai vorbesc acasă și revin."),
        ),
    ),
    Talk(
        start="2026-03-20T08:12:55+02:00",
        number="+442079460650",
        agent="103",
        lines=(
            GREETING,
            (OTHER, "Bună ziua. Doresc să anulez programarea de luni."),
            (AGENT, "Am anulat-o. Doriți o altă dată?"),
            (OTHER, "Nu acum, vă sun eu luna viitoare."),
            (AGENT, "În regulă. Vă dorim sănătate!"),
        ),
    ),
    Talk(
        start="2026-03-27T13:48:21+02:00",
        number="+442079460823",
        agent="101",
        lines=(
            GREETING,
            (OTHER, "Sunt unul dintre părinți. Se poate participa la ședința copilului?"),
            (AGENT, "Da, prima jumătate de oră este împreună cu părinții."),
            (OTHER, "Foarte bine. Atunci venim amândoi vineri."),
        ),
    ),
)
UNANSWERED = (
    ("2026-03-05 18:59:40", "+442079460777", "1772729980.201"),
    ("2026-03-18 07:30:02", "+442079460914", "1773811802.202"),
)


def spoken(voice: str, words: str) -> array[int]:
    """One sentence as 8 kHz samples."""
    wav = subprocess.run(  # noqa: S603  # our own words
        ["espeak-ng", "-v", voice, "-s", "165", "--stdout", words],  # noqa: S607  # from the PATH
        check=True,
        capture_output=True,
    ).stdout
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    samples = array("h")
    with av.open(io.BytesIO(wav), format="wav") as container:
        for frame in container.decode(audio=0):
            for part in resampler.resample(frame):
                samples.frombytes(bytes(part.planes[0])[: part.samples * 2])
    return samples


def encoded(samples: array[int]) -> bytes:
    """Mono MP3, 16 kbit/s."""
    encoder = lameenc.Encoder()
    encoder.set_bit_rate(16)
    encoder.set_in_sample_rate(RATE)
    encoder.set_channels(1)
    encoder.set_quality(2)
    encoder.silence()
    return bytes(encoder.encode(samples.tobytes())) + bytes(encoder.flush())


def row(talk: Talk, seconds: int) -> list[str]:
    """The line of Master.csv, in local time without a zone, as Asterisk writes it."""
    start = datetime.fromisoformat(talk.start).replace(tzinfo=None)
    src, dst = (talk.agent, talk.number) if talk.outbound else (talk.number, talk.agent)
    context = "from-internal" if talk.outbound else "from-trunk"
    ends = f"PJSIP/{talk.agent}-00000001", "PJSIP/trunk-00000002"
    channel, far = ends if talk.outbound else ends[::-1]
    times = [str(start), str(start), str(start + timedelta(seconds=seconds))]
    return [
        "", src, dst, context, f'"" <{src}>', channel, far, "Dial", far.partition("-")[0],
        *times, str(seconds), str(seconds), "ANSWERED", "DOCUMENTATION", talk.uniqueid, "",
    ]  # fmt: skip


def unanswered(start: str, number: str, uniqueid: str) -> list[str]:
    """A call that nobody took: it has no recording, and it owes none."""
    end = str(datetime.fromisoformat(start) + timedelta(seconds=21))
    return [
        "", number, "101", "from-trunk", f'"" <{number}>', "PJSIP/trunk-00000003", "", "Dial",
        "PJSIP/101", start, "", end, "21", "0", "NO ANSWER", "DOCUMENTATION", uniqueid, "",
    ]  # fmt: skip


def main() -> None:
    """Write the MP3 files and Master.csv."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for talk in TALKS:
        samples = array("h", PAUSE)
        for voice, words in talk.lines:
            samples += spoken(voice, words) + PAUSE
        (folder / talk.file_name).write_bytes(encoded(samples))
        rows.append(row(talk, round(len(samples) / RATE)))
        print(talk.file_name, rows[-1][12], "s")
    rows += [unanswered(*each) for each in UNANSWERED]
    with (folder / "Master.csv").open("w", newline="") as out:
        csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(
            sorted(rows, key=lambda values: values[9])
        )


if __name__ == "__main__":
    main()
