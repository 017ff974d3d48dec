"""Slack: direct messages, answers in threads, a home page, and what is needed to be let in."""
