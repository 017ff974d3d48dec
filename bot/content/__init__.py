"""Every content file, read once: playbooks, sources, wording, sites and approvals. Nothing else reads them from disk."""
