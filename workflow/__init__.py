"""The engine: what a plan asks, what may happen next, what is owed, and the record of it all."""
