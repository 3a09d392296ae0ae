"""missing-effect-cleanup says where a component goes away."""

import pytest

from tests.fixtures import scan

_CARD = b"""import { useEffect } from "react";

export function Card() {
  useEffect(() => {
    window.addEventListener("resize", () => fit());
  }, []);
  return null;
}
"""
_START = b"""import { createRoot } from "react-dom/client";
import { All } from "./All";

createRoot(document.body).render(<All />);
"""


def _all(shown: str) -> bytes:
    head = 'import { Card } from "./Card";\n\nexport function All({ rows, open }) {\n'
    return f"{head}  return (\n    <main>\n      {shown}\n    </main>\n  );\n}}\n".encode()


@pytest.mark.parametrize("shown", ["{open && <Card />}", "{rows.map((row) => <Card />)}", "<Card key={open} />"])
def test_the_finding_names_the_place(shown: str) -> None:
    """The last related place is where a condition, a list or a key takes the component away."""
    found, _ = scan({"Card.jsx": _CARD, "All.jsx": _all(shown), "start.jsx": _START})
    place = found[0].related[-1]
    assert (place.path, place.span.line) == ("All.jsx", 6)


def test_what_the_root_shows_for_good_stays() -> None:
    found, _ = scan({"Card.jsx": _CARD, "All.jsx": _all("<Card />"), "start.jsx": _START})
    assert found[0].confidence.name == "LOW"


def test_what_nobody_shows_is_left_as_it_is() -> None:
    """A library's component goes where its users take it away."""
    found, _ = scan({"Card.jsx": _CARD})
    assert found[0].confidence.name == "HIGH"
    assert {place.path for place in found[0].related} == {"Card.jsx"}
