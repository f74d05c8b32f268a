"""Sizes in bytes, as people read them."""


def size_text(bytes_: int) -> str:
    """Return a size in bytes as people read it: 1.1 MB."""
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if bytes_ >= scale:
            return f"{bytes_ / scale:.3g} {unit}"
    return f"{bytes_} bytes"
