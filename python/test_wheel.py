"""The installed wheel, as its users see it: `python -m unittest python/test_wheel.py` in an environment that has it."""

import unittest
from pathlib import Path

import qantar

TUTORIAL = Path(__file__).parent.parent / "scenarios" / "tutorial.toml"
FACTOR = "shock.fuel-price.factor"


class Wheel(unittest.TestCase):
    def test_a_run_is_a_table_of_pandas_and_of_polars(self):
        pandas = qantar.run(TUTORIAL, set={"ticks": 24}, replicates=2)
        polars = qantar.run(TUTORIAL, set={"ticks": 24}, replicates=2, library="polars")
        self.assertEqual(list(pandas.columns), polars.columns)
        self.assertEqual(len(pandas), len(polars))
        self.assertEqual(pandas["participants"].sum(), polars["participants"].sum())

    def test_the_same_seed_is_the_same_table(self):
        first, again = (qantar.run(TUTORIAL, seed=7, set={"ticks": 48}) for _ in range(2))
        self.assertTrue(first.equals(again))

    def test_arms_and_points_are_rows(self):
        arms = qantar.compare(TUTORIAL, {"none": "action.rollback.remove=true"}, replicates=2)
        self.assertEqual(set(arms["arm"]), {"baseline", "none"})
        runs = qantar.sweep(TUTORIAL, {FACTOR: "1.2:1.6:0.2"}, replicates=2, set={"ticks": 24})
        self.assertEqual(len(runs), 6)
        self.assertEqual(sorted(set(runs[FACTOR])), [1.2, 1.4, 1.6])

    def test_a_mistake_is_told_with_its_code_and_what_was_meant(self):
        with self.assertRaises(qantar.Failure) as told:
            qantar.run(TUTORIAL, set={"region.harrow.urbn": 0.5})
        self.assertEqual(told.exception.code, 2)
        self.assertIn("did you mean", str(told.exception))
        with self.assertRaises(ValueError):
            qantar.run(TUTORIAL, set={"ticks": 1}, library="dplyr")


if __name__ == "__main__":
    unittest.main()
