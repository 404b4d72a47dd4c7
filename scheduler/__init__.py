"""The daemon: wakes when something is due, lets the service settle it and the deliverer write."""
