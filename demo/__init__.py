"""The product's main job as a short story: a domain on loopback, a real clamd, a few people, some bad files."""
