"""From a message's frozen facts to letters that have left: templates, bytes, transports, the outbox's worker."""
