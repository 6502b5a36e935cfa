# SPDX-License-Identifier: GPL-3.0-or-later
"""A notification service that writes down what it is to show, a line each.

usage: notifications.py FILE
"""
import sys

import dbus
import dbus.service
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib

NAME = "org.freedesktop.Notifications"


class Service(dbus.service.Object):
    @dbus.service.method(NAME, in_signature="susssasa{sv}i", out_signature="u")
    def Notify(self, app, _replaces, _icon, summary, body, _actions, hints, _expires):
        urgency = int(hints.get("urgency", -1))
        body = body.replace("\n", "/")
        out.write(f"{app}|{urgency}|{summary}|{body}\n")
        out.flush()
        return 1

    @dbus.service.method(NAME, in_signature="", out_signature="ssss")
    def GetServerInformation(self):
        return ("test", "leitstand", "1", "1.2")

    @dbus.service.method(NAME, in_signature="", out_signature="as")
    def GetCapabilities(self):
        return ["body", "body-markup"]


DBusGMainLoop(set_as_default=True)
bus = dbus.SessionBus()
out = open(sys.argv[1], "w", encoding="utf-8")
name = dbus.service.BusName(NAME, bus)
Service(bus, "/org/freedesktop/Notifications")
out.write("ready\n")
out.flush()
GLib.MainLoop().run()
