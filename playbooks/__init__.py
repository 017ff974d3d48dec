"""Playbooks: a script, a run of it, and what comes next. Pure: data and the time in, data out."""
