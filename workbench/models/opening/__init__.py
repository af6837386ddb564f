"""Before a file is opened: what it is by its content, and a trial in a child process."""
