"""Questions a coach puts about a text: what the text says, and what it leaves out. Pure, and in words a person can read."""
