import hashlib
import io
import tarfile
import zipfile

import pytest

from workbench.errors import InvalidValue, SampleError
from workbench.samples.archive import extract
from workbench.samples.catalogue import Member


def sha(content):
    return hashlib.sha256(content).hexdigest()


FILES = {"pack/a.txt": b"a", "../outside.txt": b"slip", "/tmp/absolute.txt": b"slip"}


def wheel(path):
    with zipfile.ZipFile(path, "w") as file:
        for name, content in FILES.items():
            file.writestr(name, content)


def tgz(path):
    with tarfile.open(path, "w:gz") as tape:
        folder = tarfile.TarInfo("pack")
        folder.type = tarfile.DIRTYPE
        tape.addfile(folder)
        for name, content in FILES.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tape.addfile(member, io.BytesIO(content))


@pytest.fixture(params=[pytest.param(wheel, id="whl"), pytest.param(tgz, id="tgz")])
def archive(tmp_path, request):
    path = tmp_path / f"a.{'whl' if request.param is wheel else 'tgz'}"
    request.param(path)
    return path


@pytest.fixture
def out(tmp_path):
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def test_only_the_named_members_come_out_by_their_own_names(archive, out):
    extract(archive, [Member("pack/a.txt", sha(b"a"))], out)
    assert [path.relative_to(out).as_posix() for path in out.rglob("*")] == ["a.txt"]


@pytest.mark.parametrize(
    "path", ["../outside.txt", "/tmp/absolute.txt", "pack/../../outside.txt", "..\\outside.txt", ""]
)
def test_a_member_that_leads_out_of_the_folder_cannot_be_named(path):
    with pytest.raises(InvalidValue, match="leads out of its archive"):
        Member(path, sha(b"slip"))


def test_a_link_in_an_archive_becomes_a_plain_file(tmp_path, out):
    link = zipfile.ZipInfo("pack/link.txt")
    link.external_attr = 0o120777 << 16  # a symbolic link, as Unix zip stores it
    with zipfile.ZipFile(tmp_path / "link.whl", "w") as file:
        file.writestr(link, b"/etc/hostname")
    extract(tmp_path / "link.whl", [Member("pack/link.txt", sha(b"/etc/hostname"))], out)
    assert not (out / "link.txt").is_symlink()
    assert (out / "link.txt").read_bytes() == b"/etc/hostname"


@pytest.mark.parametrize(
    ("member", "message"),
    [
        pytest.param(
            Member("pack/a.txt", sha(b"b")), r"pack/a.txt in a.\w+ is not the expected file", id="another hash"
        ),
        pytest.param(Member("pack/b.txt", sha(b"b")), "cannot be unpacked: .*pack/b.txt", id="no such member"),
    ],
)
def test_a_member_that_is_not_the_expected_one_is_refused(archive, out, member, message):
    with pytest.raises(SampleError, match=message):
        extract(archive, [member], out)
    assert list(out.iterdir()) == []


def test_a_link_out_of_a_tgz_is_refused(tmp_path, out):
    link = tarfile.TarInfo("pack/link.txt")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/hostname"
    with tarfile.open(tmp_path / "link.tgz", "w:gz") as tape:
        tape.addfile(link)
    with pytest.raises(SampleError, match="link.tgz cannot be unpacked: .*link"):
        extract(tmp_path / "link.tgz", [Member("pack/link.txt", sha(b"/etc/hostname"))], out)
    assert list(out.iterdir()) == []


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda content: b"<html>sign in to the network</html>", id="no archive"),
        pytest.param(lambda content: content[: len(content) // 2], id="half an archive"),
        pytest.param(lambda content: content[:20] + b"\xff" * 20 + content[40:], id="damaged in the middle"),
        pytest.param(lambda content: b"", id="nothing"),
    ],
)
def test_a_damaged_tgz_is_refused(tmp_path, out, harm):
    tgz(tmp_path / "a.tgz")
    (tmp_path / "a.tgz").write_bytes(harm((tmp_path / "a.tgz").read_bytes()))
    with pytest.raises(SampleError, match="a.tgz cannot be unpacked: .+; fetch it again"):
        extract(tmp_path / "a.tgz", [Member("pack/a.txt", sha(b"a"))], out)


def test_a_folder_of_a_tgz_is_no_file(tmp_path, out):
    tgz(tmp_path / "a.tgz")
    with pytest.raises(SampleError, match="'pack' in the archive is no file"):
        extract(tmp_path / "a.tgz", [Member("pack", sha(b""))], out)


def test_what_is_no_zip_file_is_refused(tmp_path, out):
    (tmp_path / "a.whl").write_bytes(b"<html>sign in to the network</html>")
    with pytest.raises(SampleError, match="a.whl cannot be unpacked: File is not a zip file; fetch it again"):
        extract(tmp_path / "a.whl", [Member("a.txt", sha(b""))], out)
