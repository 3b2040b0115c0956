"""Mesa's own example as it ships, with the parameters of `scenarios/epstein/mesa.toml`.

Usage: mesa_driver.py SIDE SEED WARM TICKS [quick]

Prints one line of JSON, as the other drivers do. `quick` leaves out the example's own data collection, which grows
with every tick and is no part of the model: the fairest time for Mesa.
"""

import json
import sys
import time

from mesa.examples.advanced.epstein_civil_violence.model import EpsteinCivilViolence

side, seed, warm, ticks = map(int, sys.argv[1:5])
model = EpsteinCivilViolence(
    width=side,
    height=side,
    citizen_density=0.7,
    cop_density=0.04,
    citizen_vision=7,
    cop_vision=7,
    legitimacy=0.82,
    max_jail_term=30,
    active_threshold=0.1,
    arrest_prob_constant=2.3,
    max_iters=warm + ticks,
    seed=seed,
)
if "quick" in sys.argv:
    model.datacollector.collect = lambda model: None
for _ in range(warm):
    model.step()
active = jailed = 0
start = time.perf_counter()
for _ in range(ticks):
    model.step()
    active += model.ACTIVE
    jailed += model.ARRESTED
seconds = time.perf_counter() - start
citizens = model.ACTIVE + model.QUIET + model.ARRESTED
print(
    json.dumps(
        {
            "citizens": citizens,
            "cops": len(model.agents) - citizens,
            "seconds": seconds,
            "active": active / ticks,
            "jailed": jailed / ticks,
        }
    )
)
