"""Live sources: a camera, a network stream, a clip played in real time, a folder that fills, a browser's webcam."""
