"""An installed wheel opens its own hubs, alone and through Intake."""

import sys

import intake

import bdg_explore as bdg

hubs = bdg.open_hubs()
cells = hubs.find("demo lfp 45")
cycles = hubs.cycles(cells)
table = intake.cat.bdg.demo["demo-lfp"].cycles.read()
assert len(cells) and len(cycles) and len(table), (len(cells), len(cycles), len(table))
print(f"Python {sys.version.split()[0]}: {hubs}, {len(cycles)} cycles of {len(cells)} cells")
