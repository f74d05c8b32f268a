"""Fetch files whole and verified, and keep them: cache, resume, checksums, offline use."""
