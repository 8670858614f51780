"""The picture of the README: `python -m bench.screenshot [docs/board.png]`. A demo of its own, a real browser."""

import os
import shutil
import sys
from pathlib import Path

from django.core.management import call_command
from playwright.sync_api import sync_playwright

from bench.ground import ground
from config.env import ROOT

PERSON = "nora"
SIZE = {"width": 1280, "height": 940}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


def main(target: Path) -> None:
    browser_path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not browser_path:
        raise SystemExit("The picture needs Chromium: install it (on Debian: apt install chromium) or set CHROMIUM.")
    with ground() as here:
        call_command("demo", verbosity=0)
        _web, port = here.serve()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=browser_path, args=FLAGS)
            page = browser.new_page(viewport=SIZE, device_scale_factor=1.5, color_scheme="light", locale="en")  # type: ignore[arg-type]
            page.goto(f"http://{PERSON}.localhost:{port}/demo/{PERSON}/")
            page.locator(".demo-door button").click()
            page.locator('[data-live-state][data-state="live"]').wait_for()
            target.parent.mkdir(exist_ok=True)
            page.screenshot(path=target)
            browser.close()
    print(f"{target} ({target.stat().st_size // 1024} KB)")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "board.png")
