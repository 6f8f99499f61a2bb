"""Every command tells what it does when asked, and does nothing then; what it does not know, it refuses."""

import pytest

import commands

each_command = pytest.mark.parametrize("command", commands.ALL, ids=lambda path: path.stem)


@each_command
def test_a_command_says_how_it_is_used(command):
    answer = commands.ask(command, "--help")
    assert answer.status == 0
    assert answer.out.startswith("usage: ")


@each_command
def test_a_command_does_nothing_when_given_what_it_does_not_know(command):
    answer = commands.ask(command, "--unheard-of")
    assert answer.status == 2
    assert answer.error.startswith("usage: ")
