"""Open a local video file with FFmpeg, and nothing else through it: no other file, no address, no playlist."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from workbench.errors import UnreadableSource
from workbench.frames.containers import missing_bytes, promises_too_much

# Formats that hold their frames themselves. FFmpeg has many that name files or addresses to be read instead (concat,
# hls, dash, sdp, image2...), and finds them out by content, wherever in the file that stands.
FORMATS = (
    "mov,matroska,avi,mpegts,mpeg,mpegvideo,m4v,h264,hevc,vvc,av1,obu,ivf,flv,asf,ogg,mxf,nut,dv,yuv4mpegpipe,mjpeg"
)
ALONE = {"format_whitelist": FORMATS, "protocol_whitelist": "file"}  # FFmpeg's options, see ffmpeg-formats(1)


@contextmanager
def opened(path: Path) -> Iterator[InputContainer]:
    """Open a local video file with PyAV and close it at the end.

    Raises:
        UnreadableSource: FFmpeg cannot read it, or there is no video in it.
    """
    if path.exists() and promises_too_much(path):
        raise UnreadableSource(f"{path} is damaged: it announces more frames than it has bytes; get it again")
    try:
        # absolute: no name is a protocol; a title that is no UTF-8 is no reason not to read the frames
        container = av.open(str(path.resolve()), options=ALONE, metadata_errors="replace")
    except (av.FFmpegError, OSError, ValueError) as error:
        raise UnreadableSource(f"{path} cannot be opened as a video: {_why(path, error)}") from None
    with container:
        if not container.streams.video:
            raise UnreadableSource(f"{path} has no video stream in it (its format is {container.format.long_name})")
        if video_stream(container).codec_context is None:
            why = "the file is cut short" if missing_bytes(path) else "the file is damaged, or FFmpeg lacks the codec"
            raise UnreadableSource(f"{path} does not say how its video is encoded: {why}; get the whole file")
        if Disposition.attached_pic in video_stream(container).disposition:
            raise UnreadableSource(f"{path} has no video stream in it, only sound and a cover picture")
        yield container


def video_stream(container: InputContainer) -> VideoStream:
    """Return the video that OpenCV reads, too, where there are several: `av_find_best_stream`, no cover picture."""
    stream = container.streams.best("video")
    assert isinstance(stream, VideoStream)
    return stream


def _why(path: Path, error: Exception) -> str:
    if not path.exists():
        return "it is not there any more"
    if missing_bytes(path):
        return "the file is cut short; get the whole file"
    if isinstance(error, av.ArgumentError):  # what FFmpeg says of a format that is not asked for
        return "it is a playlist or another format that holds no frames itself; pass the video file"
    return f"FFmpeg says {getattr(error, 'strerror', None) or error}; is it a video, and whole?"
