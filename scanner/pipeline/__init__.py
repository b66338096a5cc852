"""The flow: what happens to one version between its ticket and its last step."""
