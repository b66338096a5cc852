"""Assembly: concrete parts are built here and nowhere else, then turned by loops until they are told to stop."""
