"""What a licence's SPDX identifier says about where its text is."""

import re
from typing import Final

SPDX_URI: Final = "https://spdx.org/licenses/"
_SPDX = re.compile(
    r"(CC0|CC-BY|PDDL|ODbL|ODC-By|CDLA|OGL|DL-DE|etalab|MIT|BSD|Apache|[AL]?GPL|MPL|EUPL|ISC)"
    r"(-[A-Za-z0-9.+-]+)?"
)
_DEED = {"BY": "by", "BY-SA": "by-sa", "BY-NC": "by-nc", "BY-NC-SA": "by-nc-sa", "BY-ND": "by-nd"}
_CREATIVE = re.compile(r"CC-(BY(?:-NC)?(?:-SA|-ND)?)-(\d\.\d)")


def spdx_of(licence: str | None) -> str | None:
    """Return the SPDX identifier, or None for ``unknown``, prose and ``LicenseRef-`` names.

    An address of a licence at SPDX or Creative Commons is turned into its identifier.

    Examples
    --------
    >>> spdx_of("https://spdx.org/licenses/CC-BY-4.0")
    'CC-BY-4.0'
    """
    if not licence or licence.lower() == "unknown":
        return None
    name = licence.removeprefix(SPDX_URI).removesuffix(".html")
    deed = re.fullmatch(r"https?://creativecommons\.org/licenses/([a-z-]+)/(\d\.\d)/?.*", name)
    if deed:
        name = f"CC-{deed[1].upper()}-{deed[2]}"
    elif re.fullmatch(r"https?://creativecommons\.org/publicdomain/zero/1\.0/?.*", name):
        name = "CC0-1.0"
    return name if _SPDX.fullmatch(name) and not name.startswith("LicenseRef-") else None


def licence_uri(licence: str | None) -> str | None:
    """Return the address of a licence's text, or None where the licence has none."""
    name = spdx_of(licence)
    if name is None:
        return None
    creative = _CREATIVE.fullmatch(name)
    if creative and creative[1] in _DEED:
        return f"https://creativecommons.org/licenses/{_DEED[creative[1]]}/{creative[2]}/"
    if name == "CC0-1.0":
        return "https://creativecommons.org/publicdomain/zero/1.0/"
    return SPDX_URI + name
