#!/usr/bin/env python3
"""Turns this machine into a node of its Kubernetes cluster, once. Python's standard library is all it needs.

A control plane finds a single-use token in /run/bootstrap/wrapped-files.json, fetches its files from Vault with it and
writes them. A worker finds its kubeadm configuration in place. Then the placeholders in the configuration are filled in,
and kubeadm makes the cluster or joins it. The last line on the console is SLIPWAY-BOOT-OK, or SLIPWAY-BOOT-FAILED and
the reason.
"""

import argparse
import http.client
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import deque

PLACEHOLDERS = ("@SERVER_ID@", "@SERVER_NAME@", "@LOCAL_IPV4@")
JOIN_TOKEN = re.compile(r"\b[a-z0-9]{6}\.[a-z0-9]{16}\b")


class Failure(Exception):
    """The boot cannot go on; the text says why, without secrets."""


class Machine:
    """This machine: where its files are, and what it says on its console."""

    def __init__(self, options):
        self.root = options.root
        self.metadata = options.metadata.rstrip("/")
        self.console = options.console
        self.pause = options.pause
        self.deadline = time.monotonic() + options.deadline
        self.secrets = []

    def path(self, path):
        return os.path.join(self.root, path.lstrip("/"))

    def left(self):
        return self.deadline - time.monotonic()

    def say(self, text):
        for secret in self.secrets:
            text = text.replace(secret, "<secret>")
        line = JOIN_TOKEN.sub("<join token>", text) + "\n"
        os.makedirs(self.path("/var/log"), exist_ok=True)
        for place in (self.path("/var/log/slipway-bootstrap.log"), self.console):
            try:
                with open(place, "a", encoding="utf-8") as file:
                    file.write(line)
            except OSError:
                pass  # A machine without a console, or with a full disk, may still become a node.

    def write(self, path, content, mode):
        """Writes a file so that nobody ever sees half of it, or may read it who should not."""
        target = self.path(path)
        os.makedirs(os.path.dirname(target), mode=0o755, exist_ok=True)
        temporary = target + ".new"
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            os.fchmod(handle, mode)
            if os.geteuid() == 0:
                os.fchown(handle, 0, 0)
            file.write(content)
            file.flush()
            os.fsync(handle)
        os.replace(temporary, target)

    def read(self, path):
        with open(self.path(path), encoding="utf-8") as file:
            return file.read()

    def remove(self, path):
        try:
            os.unlink(self.path(path))
        except FileNotFoundError:
            pass


def request(url, body=None, headers=None, context=None, method=None):
    """One HTTP request to the cloud or to Vault, never through a proxy."""
    handlers = [urllib.request.ProxyHandler({})]
    if context is not None:
        handlers.append(urllib.request.HTTPSHandler(context=context))
    data = None if body is None else json.dumps(body).encode()
    wanted = urllib.request.Request(url, data=data, headers=headers or {}, method=method)
    with urllib.request.build_opener(*handlers).open(wanted, timeout=15) as answer:
        return answer.read().decode()


def until_answered(machine, what, attempt, once):
    """Repeats an attempt while nobody answers, five minutes at most. One that must happen `once` ends if it may have arrived."""
    limit = min(machine.deadline, time.monotonic() + 300)
    while True:
        try:
            return attempt()
        except urllib.error.HTTPError as error:
            passing = error.code >= 500 or error.code == 429
            if once or not passing or time.monotonic() > limit:
                raise
            reason = f"HTTP {error.code}"
        except (OSError, http.client.HTTPException) as error:
            cause = getattr(error, "reason", error)
            reason = str(cause)
            if once and not isinstance(cause, (ConnectionRefusedError, socket.gaierror)):
                raise Failure(f"{what} got the token, but its answer was lost ({reason}): make this machine anew") from error
            if time.monotonic() > limit:
                raise Failure(f"{what} does not answer: {reason}") from error
        except ValueError as error:
            raise Failure(f"{what} does not answer with JSON: something else is at this address") from error
        machine.say(f"slipway-bootstrap: {what}: {reason}; trying again")
        time.sleep(machine.pause)


def fetch_files(machine):
    """Exchanges the wrapping token for this machine's files."""
    ticket = json.loads(machine.read("/run/bootstrap/wrapped-files.json"))
    token = ticket["token"]
    machine.secrets.append(token)
    vault = ticket["vault"].rstrip("/")
    context = ssl.create_default_context(cadata=ticket["caCert"]) if ticket.get("caCert") else None
    common = {"Content-Type": "application/json", "X-Vault-Request": "true"}
    if ticket.get("namespace"):
        common["X-Vault-Namespace"] = ticket["namespace"]

    def call(action, body, headers):
        return json.loads(request(f"{vault}/v1/sys/wrapping/{action}", body, headers, context, "POST"))

    machine.say(f"slipway-bootstrap: fetching this machine's files from {vault}")
    try:
        # The lookup uses nothing up, so it may be repeated; the unwrapping may not.
        lookup = {"token": token}
        found = until_answered(machine, f"Vault at {vault}", lambda: call("lookup", lookup, common), once=False)
        path = found["data"]["creation_path"]
        if path != ticket["creationPath"]:
            raise Failure(
                f"the token for this machine's files was made for {path}, not for {ticket['creationPath']}: somebody else "
                "read the files and put another token in place. Treat them as stolen: delete the cluster"
            )
        unwrap = {**common, "X-Vault-Token": token}
        answer = until_answered(machine, f"Vault at {vault}", lambda: call("unwrap", None, unwrap), once=True)
    except urllib.error.HTTPError as error:
        if error.code in (400, 403):
            raise Failure(
                f"Vault refuses the token for this machine's files (HTTP {error.code}): it has expired, or somebody else "
                "read it. If the machine did not boot late, treat its files as stolen"
            ) from error
        raise Failure(f"Vault at {vault} answered HTTP {error.code}") from error
    data = answer["data"] if "files" in answer["data"] else answer["data"]["data"]
    return data["files"]


def write_files(machine, files):
    for file in files:
        path = file["path"]
        if not path.startswith("/") or ".." in path.split("/"):
            raise Failure(f"the file {path} has no absolute path")
        machine.write(path, file["content"], int(file["permissions"], 8))


def identity(machine):
    """Server id and name: from the metadata service, or from what cloud-init read on the configuration drive."""
    try:
        meta = json.loads(request(f"{machine.metadata}/openstack/latest/meta_data.json"))
    except (OSError, ValueError) as error:
        try:
            meta = json.loads(machine.read("/run/cloud-init/instance-data.json"))["ds"]["meta_data"]
        except (OSError, ValueError, KeyError):
            raise Failure(f"neither the metadata service nor cloud-init knows this machine: {error}") from error
    if not meta.get("uuid") or not meta.get("name"):
        raise Failure("the metadata holds no uuid and name")
    return meta["uuid"], meta["name"]


def address(machine, config):
    """The first port's address; without a metadata service the one by which the cluster's API is reached."""
    try:
        found = request(f"{machine.metadata}/latest/meta-data/local-ipv4").strip().split("\n")[0]
        socket.inet_aton(found)
        return found
    except OSError:
        endpoint = re.search(r"apiServerEndpoint: \"?([0-9.]+):", config)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((endpoint.group(1) if endpoint else "192.0.2.1", 6443))
            except OSError as error:
                raise Failure(f"this machine's IPv4 address is not known: {error}") from error
            return probe.getsockname()[0]


def fill_in(machine, config):
    if any(placeholder in config for placeholder in PLACEHOLDERS):
        uuid, name = until_known(machine, lambda: identity(machine))
        config = config.replace("@SERVER_ID@", uuid).replace("@SERVER_NAME@", name)
    if "@LOCAL_IPV4@" in config:
        config = config.replace("@LOCAL_IPV4@", address(machine, config))
    return config


def until_known(machine, attempt):
    """The metadata service may come up a moment after the machine."""
    limit = min(machine.deadline, time.monotonic() + 120)
    while True:
        try:
            return attempt()
        except Failure:
            if time.monotonic() > limit:
                raise
        time.sleep(machine.pause)


def run(machine, command, seconds):
    """Runs a command with a deadline, shows its output on the console, and returns its exit code and last lines."""
    last = deque(maxlen=8)
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    )

    def show():
        for line in process.stdout:
            text = line.decode(errors="replace").rstrip()
            if text:
                last.append(text)
                machine.say(f"{os.path.basename(command[0])}: {text}")

    reader = threading.Thread(target=show, daemon=True)
    reader.start()
    try:
        process.wait(timeout=max(seconds, 1))
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        last.append(f"stopped after {seconds:.0f} s")
    reader.join(timeout=5)
    return process.returncode, " | ".join(last)


def bootstrap(machine):
    files = []
    if os.path.exists(machine.path("/run/bootstrap/wrapped-files.json")):
        files = fetch_files(machine)
        write_files(machine, files)
        machine.remove("/run/bootstrap/wrapped-files.json")
    config_path = "/run/kubeadm/kubeadm.yaml"
    try:
        config = fill_in(machine, machine.read(config_path))
    except FileNotFoundError as error:
        raise Failure(f"there is no {config_path}: the user-data is not complete") from error
    kubeadm = shutil.which("kubeadm")
    if kubeadm is None:
        raise Failure("this machine's image holds no kubeadm")
    action = "join" if re.search(r"^kind: JoinConfiguration$", config, re.MULTILINE) else "init"
    options = [] if action == "join" else ["--skip-token-print"]
    last = "not tried"
    for attempt in range(1, 4):
        if machine.left() <= 0:
            break
        machine.write(config_path, config, 0o600)
        machine.say(f"slipway-bootstrap: kubeadm {action}, try {attempt}")
        code, last = run(machine, [kubeadm, action, "--config", machine.path(config_path), *options], machine.left())
        if code == 0:
            # What is left of the secrets of the boot: the join token.
            machine.remove(config_path)
            return action
        if attempt < 3 and machine.left() > 0:
            # Removes what the try left, an etcd member included, and with it the delivered files, which are written again.
            run(machine, [kubeadm, "reset", "--force"], min(180, machine.left()))
            time.sleep(machine.pause)
            write_files(machine, files)
    raise Failure(f"kubeadm {action}: {last}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--root", default="/", help="folder that stands for the file system")
    parser.add_argument("--metadata", default="http://169.254.169.254", help="URL of the metadata service")
    parser.add_argument("--console", default="/dev/console", help="where to say how the boot goes")
    parser.add_argument("--deadline", type=float, default=1800, help="seconds until the boot is given up")
    parser.add_argument("--pause", type=float, default=3, help="seconds between two tries")
    machine = Machine(parser.parse_args())
    done = "/var/lib/slipway/bootstrapped"
    if os.path.exists(machine.path(done)):
        machine.say("slipway-bootstrap: this machine is a node already")
        return 0
    try:
        action = bootstrap(machine)
        machine.write(done, f"{action}\n", 0o644)
    except Failure as failure:
        machine.say(f"SLIPWAY-BOOT-FAILED: {failure}")
        return 1
    except Exception as error:  # pylint: disable=broad-except
        # The type only: an unexpected error's text may quote what was being read.
        machine.say(f"SLIPWAY-BOOT-FAILED: unexpected {type(error).__name__} in slipway-bootstrap")
        return 1
    machine.say("SLIPWAY-BOOT-OK")
    return 0


if __name__ == "__main__":
    sys.exit(main())
