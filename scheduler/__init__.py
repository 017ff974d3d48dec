"""Who hears from us, and when: data and `now` in, nudges out."""
