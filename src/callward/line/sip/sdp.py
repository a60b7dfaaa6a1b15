"""SDP as the phone line speaks it: one G.711 audio stream with telephone events, nothing else."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from callward.line.ports import MediaAddress
from callward.line.sip.errors import UnusableSdpError
from callward.line.states import Codec

LONGEST_SDP = 8192
MOST_LINES = 200
_PAYLOAD_TYPES = {Codec.PCMU: 0, Codec.PCMA: 8}
_STATIC = {number: codec for codec, number in _PAYLOAD_TYPES.items()}
_DYNAMIC = range(96, 128)
_OUR_EVENTS = 101
_PORTS = range(1, 65536)
_DIRECTIONS = {
    "sendrecv": (True, True),
    "sendonly": (True, False),
    "recvonly": (False, True),
    "inactive": (False, False),
}
_NAMES = {pair: name for name, pair in _DIRECTIONS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One media section as it was read."""

    kind: str
    port: int
    profile: str
    formats: tuple[str, ...]
    attributes: tuple[str, ...]
    host: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a peer's SDP says of its first G.711 stream, and how many streams there are."""

    media: MediaAddress
    place: int  # which section is the audio we take
    kinds: tuple[str, ...]  # every section, to be answered in its place


def read_sdp(text: str, *, preferred: Codec | None = None) -> Description:
    """Read an offer or an answer; raises UnusableSdpError and nothing else."""
    if len(text) > LONGEST_SDP or not text.startswith("v=0"):
        raise UnusableSdpError
    lines = text.splitlines()
    if len(lines) > MOST_LINES:
        raise UnusableSdpError
    session, streams = _sections(lines)
    for place, stream in enumerate(streams):
        media = _audio(stream, session, preferred)
        if media is not None:
            kinds = tuple(_kind_line(each) for each in streams)
            return Description(media=media, place=place, kinds=kinds)
    raise UnusableSdpError


def _sections(lines: list[str]) -> tuple[list[str], list[Stream]]:
    """Split at each `m=`; what stands before belongs to the session."""
    session: list[str] = []
    sections: list[list[str]] = []
    for line in lines:
        if line.startswith("m="):
            sections.append([line])
        elif sections:
            sections[-1].append(line)
        else:
            session.append(line)
    default = _host(session)
    return session, [_stream(section, default) for section in sections]


def _stream(section: list[str], default: str | None) -> Stream:
    words = section[0][2:].split() if section[0].isascii() else []
    if len(words) < 4 or not words[1].partition("/")[0].isdecimal():  # noqa: PLR2004 - m= has four words
        raise UnusableSdpError
    attributes = tuple(line[2:].strip() for line in section[1:] if line.startswith("a="))
    return Stream(
        kind=words[0],
        port=int(words[1].partition("/")[0][:6]),
        profile=words[2],
        formats=tuple(words[3:]),
        attributes=attributes,
        host=_host(section) or default,
    )


def _host(lines: list[str]) -> str | None:
    """The address of the last `c=` line, when it is a plain one of one peer."""
    for line in reversed(lines):
        if line.startswith("c="):
            return _unicast(line[2:].split())
    return None


def _unicast(words: list[str]) -> str:
    if len(words) != 3 or words[0] != "IN":  # noqa: PLR2004 - network, kind, address
        raise UnusableSdpError
    try:
        address = ipaddress.ip_address(words[2])
    except ValueError:
        raise UnusableSdpError from None
    if address.is_multicast:
        raise UnusableSdpError
    return str(address)


def _kind_line(stream: Stream) -> str:
    """The refused form of a section: its own words with port 0."""
    return f"{stream.kind} 0 {stream.profile} {stream.formats[0]}"


def _audio(stream: Stream, session: list[str], preferred: Codec | None) -> MediaAddress | None:
    """The stream as we would use it; None when it is not G.711 audio over plain RTP."""
    if stream.kind != "audio" or stream.profile != "RTP/AVP" or stream.port not in _PORTS:
        return None
    codecs = [codec for each in stream.formats if (codec := _codec(each, stream)) is not None]
    if not codecs or stream.host is None:
        return None
    sends, receives = _direction(stream.attributes, session)
    if ipaddress.ip_address(stream.host).is_unspecified:  # RFC 2543: the old way to hold
        receives = False
    return MediaAddress(
        host=stream.host,
        port=stream.port,
        codec=preferred if preferred in codecs else codecs[0],
        telephone_event=_events(stream),
        sends=sends,
        receives=receives,
    )


def _rtpmap(stream: Stream, number: str) -> str | None:
    """What an `a=rtpmap` line says of a payload type, in small letters."""
    for attribute in stream.attributes:
        name, _, value = attribute.partition(":")
        words = value.split()
        if name == "rtpmap" and len(words) >= 2 and words[0] == number:  # noqa: PLR2004 - type and name
            return words[1].lower()
    return None


def _codec(number: str, stream: Stream) -> Codec | None:
    """G.711 under its own number only; a mapping that says otherwise is not believed."""
    if not number.isdecimal() or len(number) > 3:  # noqa: PLR2004 - payload types are below 128
        return None
    codec = _STATIC.get(int(number))
    said = _rtpmap(stream, number)
    if codec is None or said not in {None, f"{codec.lower()}/8000", f"{codec.lower()}/8000/1"}:
        return None
    return codec


def _events(stream: Stream) -> int | None:
    """The payload type of the peer's telephone events, which we echo."""
    for number in stream.formats:
        if not number.isdecimal() or len(number) > 3:  # noqa: PLR2004 - as above
            continue
        if int(number) in _DYNAMIC and _rtpmap(stream, number) == "telephone-event/8000":
            return int(number)
    return None


def _direction(attributes: tuple[str, ...], session: list[str]) -> tuple[bool, bool]:
    """The stream's own direction, else the session's, else both ways."""
    for each in attributes:
        if each in _DIRECTIONS:
            return _DIRECTIONS[each]
    for line in session:
        if line[2:].strip() in _DIRECTIONS:
            return _DIRECTIONS[line[2:].strip()]
    return True, True


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """Where we want the peer's audio, and which description of the session this is."""

    host: str
    port: int
    session: int
    version: int
    sends: bool = True
    receives: bool = True


def write_offer(ours: Ours, *, codec: Codec | None = None, events: int | None = None) -> str:
    """Our offer: both forms of G.711, the one in use first, and telephone events."""
    order = sorted(Codec, key=lambda each: each is not (codec or Codec.PCMA))
    return _written(ours, [_section(ours, order, events or _OUR_EVENTS)])


def write_answer(ours: Ours, offer: Description) -> str:
    """Our answer: one codec, the peer's own event type, every other stream refused."""
    sections = [f"m={kind}\r\n" for kind in offer.kinds]
    sections[offer.place] = _section(ours, [offer.media.codec], offer.media.telephone_event)
    return _written(ours, sections)


def _section(ours: Ours, codecs: list[Codec], events: int | None) -> str:
    numbers = [str(_PAYLOAD_TYPES[codec]) for codec in codecs]
    lines = [f"a=rtpmap:{_PAYLOAD_TYPES[codec]} {codec}/8000" for codec in codecs]
    if events is not None:
        numbers.append(str(events))
        lines += [f"a=rtpmap:{events} telephone-event/8000", f"a=fmtp:{events} 0-15"]
    lines = [f"m=audio {ours.port} RTP/AVP {' '.join(numbers)}", *lines, "a=ptime:20"]
    lines.append(f"a={_NAMES[ours.sends, ours.receives]}")
    return "".join(f"{line}\r\n" for line in lines)


def _written(ours: Ours, sections: list[str]) -> str:
    kind = "IP6" if ":" in ours.host else "IP4"
    head = (
        "v=0",
        f"o=- {ours.session} {ours.version} IN {kind} {ours.host}",
        "s=-",
        f"c=IN {kind} {ours.host}",
        "t=0 0",
    )
    return "".join(f"{line}\r\n" for line in head) + "".join(sections)
