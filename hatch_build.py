"""Puts the built dashboard into the package, so that whoever installs it needs no Node."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WebHook(BuildHookInterface[Any]):
    """Builds the dashboard when it is missing and npm is there; a checkout works without it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        is_built = (root / "bayse_agent" / "web" / "index.html").is_file()
        if version == "editable" or is_built or not (root / "web").is_dir():
            return
        npm = shutil.which("npm")
        if npm is None:
            self.app.display_warning("no npm: the package is made without the dashboard")
            return
        for command in (["ci", "--no-audit", "--no-fund"], ["run", "build"]):
            subprocess.run([npm, *command], cwd=root / "web", check=True)
