"""Runs a command on a terminal of its own: on_a_terminal.py KEYS WORD COMMAND... Types KEYS once WORD is on the screen.

Writes what the command shows to standard output, and ends with its exit code.
"""
import os
import pty
import sys

keys, word, command = sys.argv[1].encode(), sys.argv[2].encode(), sys.argv[3:]
child, terminal = pty.fork()
if child == 0:
    os.execvp(command[0], command)

shown = b""
while True:
    try:
        part = os.read(terminal, 65536)
    except OSError:  # the other side is closed
        break
    if not part:
        break
    shown += part
    if keys and word in shown:
        os.write(terminal, keys)
        keys = b""
_, status = os.waitpid(child, 0)
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(status) & 0xFF)
