"""Tells other systems what was found and done: from a verdict to an event, and from an event to its receivers."""
