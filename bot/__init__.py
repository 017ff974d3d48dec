"""The coach itself: where people, networks and disks are."""
