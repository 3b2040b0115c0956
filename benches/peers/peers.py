"""Epstein's Model I in Mesa, krABMaga and qantar, side by side: who is how fast, and whether they do the same work.

Each world is Mesa's: its example draws how many citizens and cops there are, and the others take the same numbers, run
the same ticks, and are timed over the same of them. Exits with 1 if what an engine gives cannot be told from chance.
"""

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Side: worlds, ticks before the clock starts, ticks on it, runs of krABMaga in each world. Mesa, once in each, limits them.
SIZES = {40: (12, 50, 150, 20), 200: (3, 10, 20, 20), 1000: (1, 1, 2, 2)}
# Runs of qantar in each world: what chance does.
SEEDS = 20
# Standard deviations beyond which a difference is no chance; one in 16,000 for each comparison.
BOUND = 4.0

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("sides", nargs="*", type=int, help="of 40, 200, 1000; without, 40 and 200")
parser.add_argument("--binaries", type=Path, required=True, help="folder of the compiled drivers")
parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="change qantar's rules: then the check must fail")
asked = parser.parse_args()
unknown = set(asked.sides) - SIZES.keys()
if unknown:
    parser.error(f"no such side: {sorted(unknown)}; there are {list(SIZES)}")


def run(*command):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(done.stdout)


def speed(runs, ticks):
    """Median of agent-updates a second."""
    return statistics.median((r["citizens"] + r["cops"]) * ticks / r["seconds"] for r in runs)


def main():
    same = True
    for side in asked.sides or [40, 200]:
        worlds, warm, ticks, peers = SIZES[side]
        runs = {"Mesa, as shipped": [], "Mesa, without its collector": [], "krABMaga": [], "qantar": []}
        off = {(engine, what): [] for engine in list(runs)[1:3] for what in ("active", "jailed")}
        for world in range(1, worlds + 1):
            mesa = [sys.executable, HERE / "mesa_driver.py", side, world, warm, ticks]
            shipped, bare = run(*mesa), run(*mesa, "quick")
            people = (bare["citizens"], bare["cops"])
            # Seeds of its own for each world: with the same ones all worlds would have the same people, and one luck.
            first = 1000 * world
            peer, ours = (
                [run(asked.binaries / name, side, seed, warm, ticks, *people, *changes) for seed in seeds]
                for name, seeds, changes in [
                    ("krabmaga", range(first, first + peers), []),
                    ("qantar", range(first, first + SEEDS), asked.set),
                ]
            )
            for engine, results in zip(runs, [[shipped], [bare], peer, ours]):
                runs[engine] += results
            for (engine, what), residuals in off.items():
                counts = [r[what] for r in ours]
                theirs = [r[what] for r in ([bare] if engine.startswith("Mesa") else peer)]
                error = statistics.stdev(counts) * (1 / len(theirs) + 1 / len(counts)) ** 0.5
                if error == 0.0:
                    sys.exit(f"all runs of qantar have as many {what}: nothing can be judged")
                residuals.append((statistics.mean(theirs) - statistics.mean(counts)) / error)

        print(f"\n{side} x {side}: {worlds} worlds, ticks {warm + 1} to {warm + ticks}\n")
        print(f"{'':28} {'M updates/s':>12} {'qantar is':>12} {'active':>10} {'jailed':>10}")
        ours = speed(runs["qantar"], ticks)
        for engine, results in runs.items():
            own = speed(results, ticks)
            shares = [statistics.mean(r[what] / r["citizens"] for r in results) for what in ("active", "jailed")]
            ratio = f"{ours / own:,.1f} x"
            print(f"{engine:28} {own / 1e6:12.4f} {ratio:>12} {shares[0]:10.2%} {shares[1]:10.2%}")
        for (engine, what), residuals in off.items():
            z = sum(residuals) / len(residuals) ** 0.5
            verdict = "as chance has it" if abs(z) <= BOUND else "NOT THE SAME MODEL"
            same &= abs(z) <= BOUND
            print(f"{what:6} in {engine}: {z:+.1f} standard errors from qantar: {verdict}", flush=True)
    sys.exit(0 if same else 1)


main()
