# SPDX-License-Identifier: GPL-3.0-or-later
"""A mosquitto of our own, on a unix socket; instances reach it through proxies."""
import os
import shutil
import signal
import socket
import subprocess

from util import Trouble, dies_with_us, end, is_root, wait_for


class Broker:
    def __init__(self, dir):
        self.dir = os.path.join(dir, "broker")
        os.mkdir(self.dir)
        self.socket = f"{self.dir}/mqtt"
        self.database = f"{self.dir}/mosquitto.db"
        self.program = shutil.which("mosquitto", path=os.environ["PATH"] + ":/usr/sbin")
        if self.program is None:
            raise Trouble("mosquitto is not installed")
        self.process = None
        with open(f"{self.dir}/conf", "w", encoding="utf-8") as f:
            f.write(f"listener 0 {self.socket}\nallow_anonymous true\n"
                    f"persistence true\npersistence_location {self.dir}/\nautosave_interval 1\n"
                    "max_inflight_messages 500\nmax_queued_messages 100000\n"
                    "log_type error\nlog_type warning\nlog_type notice\n"
                    "log_timestamp_format %Y-%m-%dT%H:%M:%S\n")
            if is_root():
                f.write("user root\n")
        self.start()

    def answers(self):
        s = socket.socket(socket.AF_UNIX)
        try:
            s.connect(self.socket)
            return True
        except OSError:
            if self.process.poll() is not None:
                raise Trouble(f"mosquitto ended, see {self.dir}/log") from None
            return False
        finally:
            s.close()

    def start(self):
        with open(f"{self.dir}/log", "ab") as log:
            self.process = subprocess.Popen([self.program, "-c", f"{self.dir}/conf"],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            preexec_fn=dies_with_us())
        wait_for(self.answers, 10, "mosquitto listens")

    def publish(self, topic, text):
        subprocess.run(["mosquitto_pub", "--unix", self.socket, "-q", "1", "-t", topic, "-m", text],
                       check=True, timeout=10)

    def stop(self):
        """In order: sessions and queues are saved."""
        end(self.process)

    def kill(self):
        """What came after the last autosave is lost."""
        end(self.process, signal.SIGKILL)

    def forget(self):
        """While it is stopped: sessions, queues and retained messages are gone."""
        if os.path.exists(self.database):
            os.unlink(self.database)

    def close(self):
        if self.process is not None and self.process.poll() is None:
            end(self.process)
