"""Ports that tests and a first run are given."""

from __future__ import annotations

from local.ports import free


def test_a_port_is_given_once():
    given = [free() for _ in range(500)]

    assert len(set(given)) == len(given)
