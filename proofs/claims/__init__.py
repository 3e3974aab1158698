"""The claims: one result per file, each file named like its claim."""
