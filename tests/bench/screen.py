# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmarks that need a terminal."""
import harness as h


def start(b):
    """P7"""
def latency(b):
    """P5"""
def drawing(b):
    """P8"""
def soak(b):
    """soak"""
