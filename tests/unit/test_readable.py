"""Foreign text is shown with every sign visible and without passwords, and no text makes that slow."""

import pytest

from workbench.errors import UnreadableSource
from workbench.readable import LONGEST, one_line, passwords_in, visible, without, without_password


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("café 日本 👩‍🔬 נמר", None, id="any script"),
        pytest.param("two\nlines\tand a tab", None, id="lines and tabs"),
        pytest.param("\x1b]0;owned\x07", r"\u001b]0;owned\u0007", id="escape sequence"),
        pytest.param("\x9b31m", r"\u009b31m", id="escape sequence of one sign"),
        pytest.param("photo\u202egpj.exe", r"photo\u202egpj.exe", id="direction override"),
        pytest.param("a\rb", r"a\rb", id="carriage return"),
        pytest.param("a\0b", r"a\u0000b", id="NUL"),
        pytest.param("caf\udce9", r"caf\udce9", id="file name that is no UTF-8"),
        pytest.param("a" + "\u0301" * 6, "a" + "\u0301" * 4 + r"\u0301\u0301", id="signs stacked on a letter"),
        pytest.param("a\u2028b", r"a\u2028b", id="line separator"),
    ],
)
def test_every_sign_is_visible(text, shown):
    assert visible(text) == (text if shown is None else shown)
    assert visible(visible(text)) == visible(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("rtsp://me:word@cam/1", "rtsp://***@cam/1", id="user and password"),
        pytest.param("http://me:wo@rd@cam/x?pwd=word", "http://***@cam/x?pwd=***", id="at sign in it"),
        pytest.param("rtsp://me:wo/rd#?@cam:554/1", "rtsp://***@cam:554/1", id="typed as it is, not encoded"),
        pytest.param("rtsp://me:wo'rd@cam", "rtsp://***@cam", id="quote in it"),
        pytest.param("http://tok3n@cam/x", "http://***@cam/x", id="a token as the user"),
        pytest.param("rtsp:/me:word@cam/1", "rtsp:/***@cam/1", id="one slash forgotten"),
        pytest.param("me:word@192.168.1.5:554/1", "***@192.168.1.5:554/1", id="scheme forgotten"),
        pytest.param("no folder rtsp/me:word@cam; check", "no folder rtsp/***@cam; check", id="scheme as a folder"),
        pytest.param(
            "rtsp://10.0.0.1/user=me_password=word_channel=1.sdp",
            "rtsp://10.0.0.1/user=me_password=***_channel=1.sdp",
            id="in the path of a camera",
        ),
        pytest.param(
            "http://cam/v.cgi?usr=me&loginpas=word&rate=3", "http://cam/v.cgi?usr=me&loginpas=***&rate=3", id="pas"
        ),
        pytest.param(
            "https://b.s3.example/a.mp4?X-Amz-Credential=AK%2F&X-Amz-Signature=ab&X-Amz-Expires=9",
            "https://b.s3.example/a.mp4?X-Amz-Credential=***&X-Amz-Signature=***&X-Amz-Expires=9",
            id="signed address",
        ),
        pytest.param(
            "https://b.example/v.mp4?sv=2&sig=ab%3D&se=x", "https://b.example/v.mp4?sv=2&sig=***&se=x", id="sig"
        ),
        pytest.param("https://cam/#access_token=word&x=1", "https://cam/#access_token=***&x=1", id="fragment"),
        pytest.param(
            'a="http://c/x?a=1&amp;token=word">me@x.org', 'a="http://c/x?a=1&amp;token=***">me@x.org', id="HTML"
        ),
        pytest.param('url = "rtsp://me:word@cam"  # mail a@b.org', 'url = "rtsp://***@cam"  # mail a@b.org', id="code"),
        pytest.param("http://cam:80/x, write to me@cam.org", None, id="a port is no password"),
        pytest.param("http://cam/a@2x.png?keypoints=17&design=b", None, id="an at sign in a path"),
        pytest.param("C:/users/me@home/x.png", None, id="path"),
        pytest.param("mAP:50@0.95", None, id="metric"),
        pytest.param("rtsp://me:word@cam/a@2x.jpg", "rtsp://***@cam/a@2x.jpg", id="a file behind it"),
        pytest.param("rtsp://me:word@cam.html", "rtsp://***@cam.html", id="a host named as a page"),
        pytest.param(r"rtsp:\\me:word@cam", r"rtsp:\\***@cam", id="slashes the other way"),
        pytest.param("rtsp://me:word@cam.jpg:554/1", "rtsp://***@cam.jpg:554/1", id="a host named as a file"),
        pytest.param("http://cam:8080/a@2x.mp4 is gone", None, id="a port, and an at sign in a file's name"),
        pytest.param("no file photos/12:30@studio.jpg", None, id="a time in a file's name"),
        pytest.param("clip_12:30:05@192.168.1.4.mp4", None, id="an address in a file's name"),
        pytest.param("C:/me@work/a.jpg, D:\\me@home\\b.png", None, id="a drive"),
        pytest.param("cv2:models/me@home/model.onnx", None, id="a model with its runtime"),
        pytest.param("mailto:me@example.com", None, id="a letter's address"),
        pytest.param("https://x.org/?monkey=3&key_frames=2&tokenizer=b&compass=n&sigma=1&hash_size=8&signal=5", None,
                     id="words that hold the name of a secret"),
        pytest.param("`rtsp://cam/?token=word`", "`rtsp://cam/?token=***`", id="Markdown"),
    ],
)  # fmt: skip
def test_no_password_of_an_address_is_shown(text, shown):
    assert without_password(text) == (text if shown is None else shown)
    assert "word" not in without(text, passwords_in(text)).replace("password", "")


def test_secrets_are_found_as_they_stand_and_as_they_are_meant():
    assert passwords_in("rtsp://me:w%40rds@cam/?token=abcd") == {"w%40rds", "w@rds", "abcd"}
    assert passwords_in("rtsp://me:123@cam") == set()  # too short to be told from other words


def test_a_secret_is_taken_out_where_it_is_a_word_of_its_own():
    assert without("word, 'word', words, word1", {"word"}) == "***, '***', words, word1"
    assert without("word", ()) == "word"


def test_a_line_is_one_line_and_no_longer_than_can_be_read():
    assert one_line("a\nb\tc") == r"a\nb\tc"
    line = one_line("cause " + "x" * 10**6 + " cure")
    assert len(line) <= LONGEST
    assert (line[:6], line[-5:]) == ("cause ", " cure")


def test_an_error_is_one_line_without_secrets_whoever_raises_it():
    error = UnreadableSource("rtsp://me:word@cam/\x1b[2J\nis gone")
    assert str(error) == r"rtsp://***@cam/\u001b[2J\nis gone"
    assert error.args == (str(error),)


@pytest.mark.timeout(60)  # a second here; by the square of the length, minutes
@pytest.mark.parametrize(
    "piece",
    '//a: ? &key :/ //x a: /a:b _a _key= //_key @ //a:@ //a:" a:b@c.d, \\ \x1b \u0301'.split(),
)
def test_no_text_makes_it_slow(piece):
    text = "//_key=" + piece * (200_000 // len(piece))
    without_password(text), passwords_in(text), visible(text)
