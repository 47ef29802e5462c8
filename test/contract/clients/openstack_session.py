"""The `openstack` command, given one command a line on standard input.

Each start of it costs two seconds of processor time, so that all commands go to one shell. For each of them there is one
JSON line: {"step": the command, "value": {"code": …, "output": …, "errors": […]}}. `{tenant}` and `{folder}` in commands
are replaced by the arguments. A command after `until FIELD=VALUE,FIELD` is repeated until the first field of its answer
has the value and the second one any, and after `until refused` until it fails: 60 seconds at most.
"""

import io
import json
import logging
import shlex
import sys
import time

from cliff.lister import Lister
from cliff.show import ShowOne
from openstackclient.shell import OpenStackShell

WAIT_SECONDS = 60


class Errors(logging.Handler):
    """Keeps what a command says on standard error."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


class Session(OpenStackShell):
    """A shell that reads its commands from a pipe."""

    done = False

    def interact(self):
        tenant, folder = ARGUMENTS
        out = sys.stdout
        errors = Errors()
        logging.getLogger().addHandler(errors)
        for line in filter(None, map(str.strip, sys.stdin)):
            if line.startswith("#"):
                continue
            words = shlex.split(line.replace("{tenant}", tenant).replace("{folder}", folder))
            value = self.repeat(words, errors)
            print(json.dumps({"step": f"openstack {line}", "value": value}), file=out, flush=True)
        self.done = True

    def repeat(self, words, errors):
        wanted = None
        if words[0] == "until":
            wanted, words = words[1], words[2:]
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            value = self.once(words, errors)
            if wanted is None or reached(wanted, value):
                return value
            if time.monotonic() > deadline:
                return {"never": wanted, **value}
            time.sleep(0.5)

    def once(self, words, errors):
        self.stdout = sys.stdout = buffer = io.StringIO()
        errors.lines = []
        if issubclass(self.command_manager.find_command(words)[0], (Lister, ShowOne)):
            words = [*words, "-f", "json"]
        code = self.run_subcommand(words)
        text = buffer.getvalue().strip()
        try:
            output = json.loads(text)
        except ValueError:
            output = text
        return {"code": code, "output": output, "errors": errors.lines}


def reached(wanted, value):
    if wanted == "refused":
        return value["code"] != 0
    output = value["output"]
    return isinstance(output, dict) and all(as_wanted(output, *part.partition("=")) for part in wanted.split(","))


def as_wanted(output, field, equals, content):
    return str(output.get(field)) == content if equals else output.get(field) is not None


ARGUMENTS = sys.argv[1:3]
session = Session()
session.run([])
sys.exit(0 if session.done else 1)
