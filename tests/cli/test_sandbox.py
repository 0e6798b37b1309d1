"""`oppbridge sandbox serve` answers, says where, and ends when asked."""

import json
import signal
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.integration


def test_the_sandbox_serves_until_it_is_told_to_stop(tmp_path):
    ready = tmp_path / "ready.json"
    words = ["sandbox", "serve", "--state", str(tmp_path / "state"), "--ready", str(ready)]
    program = [sys.executable, "-m", "oppbridge.cli", *words]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as serving:
        try:
            until = time.monotonic() + 60
            while not ready.exists() and serving.poll() is None and time.monotonic() < until:
                time.sleep(0.05)
            told = json.loads(ready.read_text())
            asked = _answer(told)
        finally:
            serving.send_signal(signal.SIGTERM)
            code = serving.wait(timeout=30)
    assert code == 0
    assert set(told["services"]) == {"dataverse", "scm", "login", "inventory"}
    assert asked["issuer"].startswith(told["services"]["login"])


def _answer(told):
    """What the token endpoint says of itself, over HTTPS with the sandbox's own authority."""
    import ssl
    import urllib.request

    place = f"{told['services']['login']}/{told['tenant']}/v2.0/.well-known/openid-configuration"
    trust = ssl.create_default_context(cafile=told["ca_file"])
    with urllib.request.urlopen(place, context=trust) as answer:
        return json.load(answer)
