"""Foreign text as it may be shown: every sign visible, one line where one is meant, no password in it.

Labels, file names, addresses, and what a library or a model says are foreign. A terminal would carry out an escape
sequence in them, a direction override would show another name than the file's, and an address may hold a password.
No text takes more than linear time here: what is repeated in a pattern is bounded, or ends at a sign it cannot hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

MASK = "***"
LONGEST = 2000  # characters of a line: a longer one is foreign text, and would push the cause off the screen
SHORTEST = 4  # characters of a secret that is looked for by itself: a shorter one is likely another word, too

# C0 without tab and line feed, DEL, C1 (terminals carry out both), line and paragraph separator, the direction
# overrides and isolates of Unicode (https://www.unicode.org/reports/tr9, 2), halves of surrogate pairs, which stand
# for the bytes of a file name that is no UTF-8 and cannot be written.
_CONTROL = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
# Signs that stand over or under a letter; no script has five on one, and a hundred would cover the lines around.
_MARK = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
# One set before all else, which is searched for six times as fast as two of them.
_UNSEEN = re.compile(f"[{_CONTROL[1:-1]}{_MARK[1:-1]}](?:(?<={_CONTROL})|(?<={_MARK * 5}))")

# No host is called so: what stands behind the @ of me@home.jpg is a file's name, and what stands before it no password.
_FILE = (
    r"[^\s/?#@:]{0,200}\.(?:jpe?g|png|bmp|gif|webp|tiff?|mp4|m4v|avi|mkv|wmv|webm|mpe?g|csv|json|ya?ml|txt|npy|npz|onnx"
    r"|tflite|keras|h5|pb|ipynb|html?)(?![\w./:])"
)
# What follows the scheme, which no letter of a drive is, to the end of the word; a password with a quote in it runs on
# to its @.
_ADDRESS = re.compile(
    r"""(?:(?<=[\w*]{2}:)/{1,3}|//)(?:[^\s"'<>/?#:@]{0,200}:[^\s<>@"']{0,200}["'][^\s<>@]{0,200}@)?[^\s"'<>]*"""
)
# user:password@ before a host, the scheme forgotten; or as a part of a path, the scheme mistyped.
_BARE_USER = re.compile(
    r"""(?:(?<=/)|(?<=\\\\)|(?<![^\s"'=(,])(?!mailto:|cv2:)(?P<word>))([^\s"'<>/:@=(,]{1,200}:(?!/)[^\s"'<>@]{1,200})@"""
    rf"""(?!{_FILE})(?(word)(?=(?:\d{{1,3}}\.){{3}}\d|localhost\b|[a-z][\w-]*[./]))""",
    re.IGNORECASE,
)
_NAME = r"""((?:amp;)?[^\s"'<>=&?;/#,]{1,80})="""
_FIELD = re.compile(rf"""(?<=[?&;#]){_NAME}([^\s"'<>&#;`]*)""")
# Some cameras take both as a part of the path: /user=admin_password=word_channel=1
_PATH_FIELD = re.compile(rf"""(?<=[/_,&;]){_NAME}((?:(?![_,][a-z]\w{{0,20}}=)[^\s"'<>/&;])*)""", re.IGNORECASE)
# Parts of the names of secrets, and the words that hold them and are none: keyframe, monkey, compass, signal, sigma...
_SECRET = re.compile(
    r"(?<!com)(?<!by)pass(?!es|ive|_?through|age|enger|_?band)|pas$|pwd|psw|token(?!iz|s$|_?len)|secret"
    r"|(?<!mon|tur|don|hoc)key(?!_?(?:frame|point|board|step|stone))|auth(?!or)|(?:\b|_)sig(?!nal|ma)|credential|policy"
    r"|session|jwt|ticket|hash(?!_?(?:size|bit|tag))|md5|hdn(?:ts|ea)",
    re.IGNORECASE,
)


def visible(text: str) -> str:
    r"""Return a text whose control characters are written as escapes, as in `\u001b`; lines and tabs stay.

    >>> visible("a\x1b[31mb")
    'a\\u001b[31mb'
    """
    return _UNSEEN.sub(lambda sign: "\\r" if sign[0] == "\r" else f"\\u{ord(sign[0]):04x}", text)


def one_line(text: str) -> str:
    r"""Return a text as one visible line without passwords, at most LONGEST characters, cut in its middle.

    >>> one_line("two\nlines of rtsp://me:word@camera/1")
    'two\\nlines of rtsp://***@camera/1'
    """
    line = visible(without_password(text)).replace("\n", r"\n").replace("\t", r"\t")
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 500]} … {line[-490:]}"


def without_password(text: str) -> str:
    """Return a text with the `user:password` and the `?token=`, `&pwd=`, `&sig=`... of addresses in it as `***`.

    A secret that stands elsewhere in an address, as a part of its path, is not known as one.

    >>> without_password("https://me:word@camera/live?size=2&token=abc")
    'https://***@camera/live?size=2&token=***'
    """
    text = _ADDRESS.sub(lambda address: _hidden(address[0]), text)
    return _FIELD.sub(_without_value, _BARE_USER.sub(f"{MASK}@", text))


def passwords_in(text: str) -> set[str]:
    """Return the secrets in the addresses of a text, as they stand there and as they are meant (`%40` is `@`)."""
    both = {form for word in _secrets(text) for form in (word, unquote(word))}
    return {word for word in both if len(word) >= SHORTEST and word != MASK}


def without(text: str, secrets: Iterable[str]) -> str:
    """Return a text in which each of `secrets` that stands there as a word of its own is `***`."""
    words = "|".join(map(re.escape, sorted(secrets, key=len, reverse=True)))
    return re.sub(rf"(?<![A-Za-z0-9])(?:{words})(?![A-Za-z0-9])", MASK, text) if words else text


def _hidden(address: str) -> str:
    slashes, user, rest = _parts(address)
    path, mark, query = (f"{slashes}{MASK}@{rest}" if user else address).partition("?")
    return f"{_PATH_FIELD.sub(_without_value, path)}{mark}{query}"


def _without_value(field: re.Match[str]) -> str:
    return f"{field[1]}={MASK}" if _SECRET.search(field[1]) else field[0]


def _parts(address: str) -> tuple[str, str, str]:
    """Return the slashes, `user:password` and the rest of what follows a scheme.

    A password may hold / ? # @ as a person types it, so `user:` runs to the last @; a name without a colon ends where
    the host must. Of "//host:80/a@b" the host is taken for a user: rather that than a password shown; not of
    "//host:80/a@b.jpg", where no host is behind the @.
    """
    rest = address.lstrip("/")
    host = re.split(r"[/?#]", rest, maxsplit=1)[0]
    user, at, behind = (rest if ":" in host.partition("@")[0] else host).rpartition("@")
    if "/" in user and re.match(_FILE, behind, re.IGNORECASE):
        user, at, before = user.rpartition("@")
        behind = f"{before}@{behind}"
    if not at:
        return "", "", address
    return address[: len(address) - len(rest)], user, behind + (rest[len(host) :] if ":" not in user else "")


def _secrets(text: str) -> Iterator[str]:
    fields = _FIELD.findall(text)
    for address in _ADDRESS.findall(text):
        _, user, rest = _parts(address)
        yield user.partition(":")[2] or user
        fields += _PATH_FIELD.findall(rest.partition("?")[0])
    yield from (user.partition(":")[2] for _, user in _BARE_USER.findall(text))
    yield from (value for name, value in fields if _SECRET.search(name))
