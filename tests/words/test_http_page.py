"""The page about HTTP is made from the routes: it says what they say."""

from pathlib import Path

from services import guide


def test_the_page_about_http_is_what_the_routes_say() -> None:
    assert Path("docs/http.md").read_text(encoding="utf-8") == guide.page(), "run `make docs`"


def test_every_route_says_what_it_is_for() -> None:
    silent = [
        f"{method} {path}"
        for path, methods in guide.openapi()["paths"].items()
        for method, told in methods.items()
        if not told.get("description")
    ]
    assert silent == []
