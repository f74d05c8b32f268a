"""Every threshold of the checks, in one place where it can be read and changed."""

from dataclasses import dataclass
from typing import Final

SENTINELS: Final = (4294967.295, 4294967295.0, -9999.0, 1e6, 65535.0)


@dataclass(frozen=True)
class Settings:
    """Where a check begins to object; each number is the default of its rule.

    Attributes
    ----------
    time_slack : tuple of float
        How far time may fall back by rounding: seconds, and share of the median interval (Q01).
    gap_second, gap_factor : float
        A gap is longer than this [s], and than so many median intervals (Q03).
    gap_habit_share : float
        Where more than this share of the intervals is that long, it is how the tester samples,
        and only twice as long counts (Q03).
    pause_second : float
        A gap from this length on is a pause [s] (Q03).
    interval_second : tuple of float
        Shortest and longest median interval under current that is believed [s] (Q04).
    unit_spread : float
        A ratio names a unit if it is within this factor of it (Q04, Q06).
    restart_share : float
        Share of the cycles at whose begin time restarts, from which on time is per cycle (Q05).
    counter_share, counter_ah : float
        How far a counter may lie off the integral: share, and capacity [Ah] (Q07).
    sign_window_second, sign_least_volt, sign_majority : float
        Length of the windows with steady current [s], how much the voltage must vary in them
        [V], and the share of windows, and of cycles, that makes a vote (Q08).
    electrode_volt : float
        A cell that stays below this voltage [V] may be one electrode, whose sign is not judged.
    spike_volt, spike_deviations, spike_window : float, float, int
        A spike lies further than this off the median of its window [V], and further than so many
        scaled median deviations; records in the window (Q09).
    steady_share : float
        How much the current may vary where it counts as constant (Q09, Q14).
    capacity_spike_share, capacity_spike_nominal, capacity_neighbours : float, float, int
        A capacity is a spike above this share of the median of so many cycles on either side, or
        of the nominal capacity (Q10).
    reversal_ah : float
        How far a capacity may fall back between two points of a curve [Ah] (Q11).
    leading_cycles : int
        So many numbers may be absent before the first cycle to be called missing; a table that
        begins later continues another (Q12).
    constant_second : float
        A sensor may show one value for so long under current [s] (Q14).
    sentinels : tuple of float
        Numbers that testers write for "no value" (Q15).
    voltage_margin_volt, temperature_celsius, c_rate : float, tuple of float, float
        Margin around the voltage limits [V], believed temperatures [degC], largest current over
        nominal capacity [1/h] (Q16).
    regeneration_share, unfinished_share, near_zero_share : float
        Rise of capacity from one cycle to the next (Q17); share of its neighbours that a last
        cycle must reach (Q18); share of the nominal capacity that every cycle must (Q19).
    missing_share : float
        Share of missing values from which on they are an error (Q20).
    nominal_range : tuple of float
        First capacities over nominal capacity (Q21).
    same_capacity, same_cycles : float, int
        Relative tolerance at which two capacities are one, and the fewest that must agree (Q22).
    """

    time_slack: tuple[float, float] = (1e-9, 1e-6)
    gap_second: float = 60.0
    gap_factor: float = 10.0
    gap_habit_share: float = 0.02
    pause_second: float = 3600.0
    interval_second: tuple[float, float] = (1e-3, 3600.0)
    unit_spread: float = 1.5
    restart_share: float = 0.8
    counter_share: float = 0.01
    counter_ah: float = 0.005
    sign_window_second: float = 360.0
    sign_least_volt: float = 1e-3
    sign_majority: float = 0.8
    electrode_volt: float = 2.0
    spike_volt: float = 0.02
    spike_deviations: float = 6.0
    spike_window: int = 7
    steady_share: float = 0.01
    capacity_spike_share: float = 1.2
    capacity_spike_nominal: float = 1.3
    capacity_neighbours: int = 10
    reversal_ah: float = 0.005
    leading_cycles: int = 10
    constant_second: float = 3600.0
    sentinels: tuple[float, ...] = SENTINELS
    voltage_margin_volt: float = 0.1
    temperature_celsius: tuple[float, float] = (-40.0, 100.0)
    c_rate: float = 10.0
    regeneration_share: float = 0.03
    unfinished_share: float = 0.97
    near_zero_share: float = 0.1
    missing_share: float = 0.05
    nominal_range: tuple[float, float] = (0.7, 1.3)
    same_capacity: float = 1e-4
    same_cycles: int = 5


DEFAULTS: Final = Settings()
