"""Deciding: a command or a passed deadline, and the cases it concerns, to what changes.

Pure; time is an argument. `acting`, `firing` and `opening` are the three ways in; each works on a `draft` and leaves
the writing to the store.
"""
