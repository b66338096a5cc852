"""Who works next. A ticket is only a ticket; the work row is the truth."""
