"""The page of a configuration, served on loopback, and a browser that was let in."""

import socket
import threading
import time

import requests
import uvicorn

from oppbridge.ui.app import app
from oppbridge.ui.guard import Key


class Served:
    def __init__(self, config):
        self.key = Key("anna")
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.base = f"http://127.0.0.1:{self.listening.getsockname()[1]}"
        self.config = config
        settings = uvicorn.Config(
            app(config, self.key.guard()), log_level="error", server_header=False
        )
        self.server = uvicorn.Server(settings)
        self.thread = threading.Thread(
            target=self.server.run, kwargs={"sockets": [self.listening]}, daemon=True
        )
        self.thread.start()
        while not self.server.started:
            time.sleep(0.02)
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.get(f"{self.base}/", params={"token": self.key.text}, timeout=30)

    def get(self, path):
        return self.session.get(self.base + path, timeout=30)

    def post(self, path, origin=None, **form):
        headers = {"Origin": origin or self.base}
        return self.session.post(self.base + path, data=form, headers=headers, timeout=30)

    def stop(self):
        self.server.should_exit = True
        self.thread.join(10)
        self.session.close()
