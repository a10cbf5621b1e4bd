#!/usr/bin/env python3
"""gosset-pi under a person's hands: Ctrl-C in an answer and at the prompt, over a pipe and on a
terminal. terminal_test.py GOSSET_PI MODEL; nothing depends on how fast the machine is: each step
waits for what the one before must show."""
import os
import pty
import select
import signal
import subprocess
import sys
import tempfile
import unittest

PROGRAM, MODEL = sys.argv[1:3]
del sys.argv[1:3]
# An answer that does not end by itself while the test runs: the slowest kernels and a long context.
LONG = [PROGRAM, MODEL, "-t", "1", "-c", "20000", "-n", "18000", "--anyway"]
SLOW = {**os.environ, "GOSSET_ISA": "scalar", "TERM": "xterm"}
SLOW.pop("NO_COLOR", None)
QUESTION = b"The ship lay at anchor in the\n"
PATIENCE = 120  # seconds, for a hang


class Talk:
    """A program and what it has said so far on a descriptor."""

    def __init__(self, case, process, reads):
        self.case, self.process, self.reads, self.said = case, process, reads, b""

    def until(self, condition):
        while not condition(self.said):
            ready, _, _ = select.select([self.reads], [], [], PATIENCE)
            self.case.assertTrue(ready, f"nothing more after {self.said!r}")
            try:
                more = os.read(self.reads, 4096)
            except OSError:  # the terminal's other end is closed
                more = b""
            self.case.assertTrue(more, f"ended after {self.said!r}")
            self.said += more

    def ends(self, status):
        self.case.assertEqual(self.process.wait(PATIENCE), status, self.said)


class Terminal(unittest.TestCase):
    def over_a_pipe(self, err):
        process = subprocess.Popen(LONG, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=err,
                                   env=SLOW)
        self.addCleanup(process.kill)
        self.addCleanup(process.stdin.close)
        self.addCleanup(process.stdout.close)
        return Talk(self, process, process.stdout.fileno())

    def ask(self, talk):
        before = len(talk.said)
        talk.process.stdin.write(QUESTION)
        talk.process.stdin.flush()
        talk.until(lambda said: len(said) > before + 8)

    def test_pipe(self):
        with tempfile.TemporaryFile() as err:
            talk = self.over_a_pipe(err)
            self.ask(talk)
            talk.process.send_signal(signal.SIGINT)
            talk.until(lambda said: said.endswith(b"\n"))  # the first answer has ended
            self.ask(talk)
            talk.process.send_signal(signal.SIGINT)
            talk.process.stdin.close()
            talk.ends(0)
            err.seek(0)
            said = err.read()
        self.assertEqual(said.count(b", stopped]"), 2, said)
        self.assertNotIn(b"\033", said)
        self.assertNotIn(b"\033", talk.said)

    def test_idle(self):
        with tempfile.TemporaryFile() as err:
            talk = self.over_a_pipe(err)
            self.ask(talk)
            talk.process.send_signal(signal.SIGINT)
            talk.until(lambda said: said.endswith(b"\n"))
            talk.process.send_signal(signal.SIGINT)  # whether it waits already or not yet
            talk.ends(0)

    def on_a_terminal(self):
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        process = subprocess.Popen(LONG, stdin=theirs, stdout=theirs, stderr=theirs, env=SLOW,
                                   start_new_session=True, preexec_fn=own_terminal)
        self.addCleanup(process.kill)
        os.close(theirs)
        talk = Talk(self, process, ours)
        talk.until(lambda said: b"\033[1m>\033[0m " in said)
        return talk, ours

    def test_terminal(self):
        talk, ours = self.on_a_terminal()
        self.assertIn(b"/help lists", talk.said)
        os.write(ours, QUESTION)
        before = talk.said.count(b"\n") + 2  # the echo's line has ended, and characters follow
        talk.until(lambda said: said.count(b"\n") >= before - 1 and len(said.split(b"\n")[-1]) > 8)
        os.write(ours, b"\x03")
        talk.until(lambda said: b", stopped]\033[0m" in said and said.endswith(b"\033[1m>\033[0m "))
        os.write(ours, b"\x03")
        talk.ends(0)

    def test_end_of_input_on_a_terminal(self):
        talk, ours = self.on_a_terminal()
        os.write(ours, b"\x04")
        talk.ends(0)


def own_terminal():
    """In the child: the terminal on its standard input sends it the signal of Ctrl-C."""
    import fcntl
    import termios
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


if __name__ == "__main__":
    unittest.main()
