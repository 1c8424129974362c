"""QR codes, as pictures for a page or paper."""

import segno

# A phone needs a white margin of four modules, also where the page is dark. M survives a fold and a stain.
BORDER, LEVEL = 4, "m"


def draw_code(address: str) -> str:
    """The QR code of an address, as an SVG in a data: address."""
    code = segno.make(address, error=LEVEL, micro=False)
    return str(code.svg_data_uri(border=BORDER, light="white", scale=4))
