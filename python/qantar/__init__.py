"""qantar from Python: each function calls the program and gives its table back.

>>> import qantar
>>> series = qantar.run("scenarios/tutorial.toml", replicates=20)
>>> runs = qantar.sweep("scenarios/tutorial.toml", {"shock.fuel-price.factor": "1.2:2.4:0.2"})

Tables are those of pandas; ``library="polars"`` gives those of polars. Nothing is simulated here.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import tempfile
from os import PathLike
from pathlib import Path
from typing import Any, Literal, Mapping, Sequence, Union

__all__ = ["Failure", "run", "compare", "sweep", "qantar"]

Path_ = Union[str, "PathLike[str]"]
Library = Literal["pandas", "polars"]


class Failure(Exception):
    """What the program says when it cannot do what it was asked."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        """The exit code: 1 failed, 2 a mistake in the arguments or the scenario, 3 done but something differs."""


def _program() -> str:
    beside = Path(sysconfig.get_path("scripts")) / ("qantar.exe" if sys.platform == "win32" else "qantar")
    found = str(beside) if beside.exists() else shutil.which("qantar")
    if found is None:
        raise FileNotFoundError("the program `qantar` is not installed beside this Python nor on the path")
    return found


def qantar(*arguments: Path_) -> str:
    """Call the program with these arguments; what it prints. Raises :class:`Failure` with its message."""
    done = subprocess.run([_program(), *map(str, arguments)], capture_output=True, encoding="utf-8")
    if done.returncode != 0:
        raise Failure(done.returncode, done.stderr.strip())
    return done.stdout


def _sets(changes: Mapping[str, Any] | None) -> list[str]:
    def text(value: Any) -> str:
        return str(value).lower() if isinstance(value, bool) else str(value)

    return [word for key, value in (changes or {}).items() for word in ("--set", f"{key}={text(value)}")]


def _table(folder: Path, name: str, library: Library) -> Any:
    if library not in ("pandas", "polars"):
        raise ValueError(f"library is pandas or polars, and not {library!r}")
    if library == "polars":
        import polars

        return polars.read_csv(folder / f"{name}.csv", infer_schema_length=None)
    import pandas

    return pandas.read_csv(folder / f"{name}.csv")


def _done(command: str, arguments: Sequence[Path_], out: Path_ | None, name: str, library: Library) -> Any:
    with tempfile.TemporaryDirectory() as aside:
        folder = Path(out) if out is not None else Path(aside) / "out"
        qantar(command, *arguments, "--quiet", "--out", folder)
        return _table(folder, name, library)


def run(
    scenario: Path_,
    *,
    set: Mapping[str, Any] | None = None,
    seed: int | None = None,
    replicates: int = 1,
    out: Path_ | None = None,
    library: Library = "pandas",
) -> Any:
    """Run a scenario; the series: a row for each replicate, tick and region, a column for each metric."""
    seeds = [] if seed is None else ["--seed", str(seed)]
    return _done("run", [scenario, *_sets(set), *seeds, "--replicates", str(replicates)], out, "series", library)


def compare(
    scenario: Path_,
    arms: Mapping[str, str],
    *,
    set: Mapping[str, Any] | None = None,
    replicates: int = 200,
    out: Path_ | None = None,
    library: Library = "pandas",
) -> Any:
    """Run arms in the same worlds; the outcomes: a row for each arm and replicate. An arm is ``name: "key=value"``."""
    words = [word for name, change in arms.items() for word in ("--arm", f"{name}:{change}")]
    return _done("compare", [scenario, *words, *_sets(set), "--replicates", str(replicates)], out, "outcomes", library)


def sweep(
    scenario: Path_,
    vary: Mapping[str, str],
    *,
    sample: str | None = None,
    set: Mapping[str, Any] | None = None,
    replicates: int | None = None,
    out: Path_ | None = None,
    library: Library = "pandas",
) -> Any:
    """Run a scenario at every point of a design; a row for each run. ``vary`` is ``key: "low:high:step"`` and the like."""
    words = [word for key, values in vary.items() for word in ("--vary", f"{key}={values}")]
    words += [] if sample is None else ["--sample", sample]
    words += [] if replicates is None else ["--replicates", str(replicates)]
    return _done("sweep", [scenario, *words, *_sets(set)], out, "runs", library)
