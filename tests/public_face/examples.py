"""One call of every public function that takes a table.

A function that is public and has no line here fails `test_every_public_function_is_tried`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from bdg_explore import analysis, curation, views

from .made_frames import CIRCUIT, HALF_CELLS

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Example:
    """A call, and the tables it uses.

    `numbers` is False for what gives no table of numbers, such as a picture; `scale` multiplies
    capacities given as arguments, so that a larger cell may be tried.
    """

    call: Callable[[Tables, float], Any]
    uses: tuple[str, ...]
    numbers: bool = True


def _of(function: Callable[..., Any], *uses: str, numbers: bool = True, **options: Any) -> Example:
    def call(tables: Tables, _scale: float) -> Any:
        return function(*(tables[name] for name in uses), **options)

    return Example(call, uses, numbers)


def _sized(function: Callable[..., Any], use: str, argument: str, value: float) -> Example:
    def call(tables: Tables, scale: float) -> Any:
        return function(tables[use], **{argument: value * scale})

    return Example(call, (use,))


EXAMPLES: Mapping[str, Example] = {
    "analysis.capacity_difference": _of(
        analysis.capacity_difference, "records", cycle=4, reference=1, step_volt=0.004
    ),
    "analysis.capacity_voltage": _of(analysis.capacity_voltage, "records", step_volt=0.004),
    "analysis.charge_throughput": _of(analysis.charge_throughput, "cycles"),
    "analysis.check_area": _of(analysis.check_area, "slopes"),
    "analysis.circuit_impedance": _of(
        partial(analysis.circuit_impedance, frequency_hertz=[100.0, 1.0]), "fits"
    ),
    "analysis.circuit_residuals": _of(analysis.circuit_residuals, "spectra", "fits"),
    "analysis.classify_cycles": _of(analysis.classify_cycles, "summary"),
    "analysis.count_cycles": _of(analysis.count_cycles, "records"),
    "analysis.degradation_modes": _of(analysis.degradation_modes, "slow", half_cells=HALF_CELLS),
    "analysis.differential_voltage": _of(analysis.differential_voltage, "records", points=200),
    "analysis.diffusion_coefficients": _of(
        analysis.diffusion_coefficients, "records", length_metre=5e-6, method="ici"
    ),
    "analysis.distribution": _of(
        partial(analysis.distribution, value="end_of_life_cycle"), "lives"
    ),
    "analysis.end_of_life": _sized(analysis.end_of_life, "cycles", "reference_ah", 1.1),
    "analysis.equivalent_full_cycles": _sized(
        analysis.equivalent_full_cycles, "cycles", "nominal_capacity_ah", 1.1
    ),
    "analysis.find_knee": _of(analysis.find_knee, "cycles"),
    "analysis.find_peaks": _of(analysis.find_peaks, "slopes"),
    "analysis.fit_circuit": _of(analysis.fit_circuit, "spectra", circuit=CIRCUIT, starts=2),
    "analysis.fitted_voltages": _of(
        analysis.fitted_voltages, "slow", "modes", half_cells=HALF_CELLS
    ),
    # of what its median is depends on its arguments, and so does its unit
    "analysis.group_bands": _of(analysis.group_bands, "cycles", least=1, numbers=False),
    "analysis.incremental_capacity": _of(analysis.incremental_capacity, "records", step_volt=0.004),
    "analysis.kramers_kronig": _of(analysis.kramers_kronig, "spectra"),
    "analysis.kramers_kronig_residuals": _of(analysis.kramers_kronig_residuals, "spectra"),
    "analysis.life_features": _of(analysis.life_features, "cycles"),
    "analysis.pulse_resistance": _of(analysis.pulse_resistance, "records"),
    "analysis.relaxation_distribution": _of(analysis.relaxation_distribution, "spectra"),
    "analysis.relaxation_peaks": _of(analysis.relaxation_peaks, "relaxation"),
    "analysis.relaxation_times": _of(analysis.relaxation_times, "spectra"),
    "analysis.state_of_health": _sized(analysis.state_of_health, "cycles", "reference_ah", 1.1),
    "analysis.summarize_cycles": _sized(
        analysis.summarize_cycles, "records", "nominal_capacity_ah", 2.2
    ),
    "analysis.summarize_distribution": _of(
        analysis.summarize_distribution, "distribution", numbers=False
    ),
    "analysis.track_peaks": _of(analysis.track_peaks, "slopes"),
    "curation.check": _of(curation.check, "records", numbers=False),
    "curation.fingerprint": _of(curation.fingerprint, "records", numbers=False),
    "curation.repair": Example(
        lambda tables, _: curation.repair(tables["flawed"], "drop_duplicates"),
        ("flawed",),
        numbers=False,
    ),
    "curation.require_sign": _of(curation.require_sign, "records"),
    "curation.sign_votes": _of(curation.sign_votes, "one_cell", numbers=False),
    "views.along_life": _of(
        views.along_life, "cycles", columns="cycle_discharging_capacity_ah", numbers=False
    ),
    "views.bar_groups": _of(views.bar_groups, "counts", numbers=False),
    "views.bode": _of(views.bode, "spectra", numbers=False),
    "views.capacity_fade": _of(views.capacity_fade, "cycles", numbers=False),
    "views.completeness_lollipops": _of(views.completeness_lollipops, "shares", numbers=False),
    "views.completeness_map": _of(views.completeness_map, "shares", numbers=False),
    "views.coverage_bars": _of(views.coverage_bars, "counts", numbers=False),
    "views.curves": _of(views.curves, "slopes", numbers=False),
    "views.cycle_voltage_map": _of(views.cycle_voltage_map, "slopes_of_one", numbers=False),
    "views.degradation_modes": _of(views.degradation_modes, "modes", numbers=False),
    "views.distribution_steps": _of(views.distribution_steps, "distribution", numbers=False),
    "views.fade_bands": _of(views.fade_bands, "bands", numbers=False),
    "views.fit_residuals": _of(views.fit_residuals, "fitted", numbers=False),
    "views.nyquist": _of(views.nyquist, "spectra", numbers=False),
    "views.parallel_coordinates": _of(
        views.parallel_coordinates,
        "lives",
        columns=["end_of_life_cycle", "last_cycle"],
        numbers=False,
    ),
    "views.peaks": _of(views.peaks, "tracks", numbers=False),
    "views.pulse_resistance": _of(views.pulse_resistance, "pulses", numbers=False),
    "views.relaxation_times": _of(views.relaxation_times, "relaxation", numbers=False),
    "views.voltage_current_trace": _of(views.voltage_current_trace, "one_cell", numbers=False),
}
