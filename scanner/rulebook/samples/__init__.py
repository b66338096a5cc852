"""Contents made at run time, for examples in rules, the self-test and the demo: what would upset an antivirus, or is
tedious to keep, stands in no file.

Everything here is the same bytes at every call, on every machine with the same libraries.
"""
