"""The web chat: for the shared terminal on the shop floor, for a phone with gloves on, and for a desk."""
