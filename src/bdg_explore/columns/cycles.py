"""Columns of the table of cycles: one row a cycle."""

from typing import Final

from ._column import Column

COULOMBIC_EFFICIENCY: Final = "coulombic_efficiency"
ENERGY_EFFICIENCY: Final = "energy_efficiency"
VOLTAGE_EFFICIENCY: Final = "voltage_efficiency"
MEAN_CHARGING_VOLTAGE: Final = "mean_charging_voltage_volt"
MEAN_DISCHARGING_VOLTAGE: Final = "mean_discharging_voltage_volt"
MINIMUM_VOLTAGE: Final = "minimum_voltage_volt"
MAXIMUM_VOLTAGE: Final = "maximum_voltage_volt"
MINIMUM_CURRENT: Final = "minimum_current_ampere"
MAXIMUM_CURRENT: Final = "maximum_current_ampere"
MEAN_TEMPERATURE: Final = "mean_temperature_celsius"
MINIMUM_TEMPERATURE: Final = "minimum_temperature_celsius"
MAXIMUM_TEMPERATURE: Final = "maximum_temperature_celsius"
START_TIME: Final = "start_test_time_second"
END_TIME: Final = "end_test_time_second"
DURATION: Final = "duration_second"
CHARGING_DURATION: Final = "charging_duration_second"
DISCHARGING_DURATION: Final = "discharging_duration_second"
GAP_DURATION: Final = "gap_duration_second"
RECORD_COUNT: Final = "record_count"
COMPLETE: Final = "complete"
CAPACITY_SOURCE: Final = "capacity_source"
CYCLE_TYPE: Final = "cycle_type"
CAPACITY_DEVIATION: Final = "capacity_deviation"
CYCLE_CLASS: Final = "cycle_class"
POLARISATION: Final = "polarisation_volt"
CV_DURATION_SHARE: Final = "cv_duration_share"
CV_CAPACITY_SHARE: Final = "cv_capacity_share"
MEAN_CHARGING_CURRENT: Final = "mean_charging_current_ampere"
MEAN_DISCHARGING_CURRENT: Final = "mean_discharging_current_ampere"
MEASURED_CHARGING_C_RATE: Final = "measured_charging_c_rate"
MEASURED_DISCHARGING_C_RATE: Final = "measured_discharging_c_rate"
DC_RESISTANCE_1S: Final = "dc_internal_resistance_1s_ohm"
DC_RESISTANCE_10S: Final = "dc_internal_resistance_10s_ohm"
DC_RESISTANCE_30S: Final = "dc_internal_resistance_30s_ohm"
DC_RESISTANCE_EDGE: Final = "dc_internal_resistance_edge"
REST_DURATION: Final = "rest_duration_second"
PAUSED_DURATION: Final = "paused_duration_second"
REST_VOLTAGE_AFTER_CHARGE: Final = "rest_voltage_after_charge_volt"
REST_VOLTAGE_AFTER_DISCHARGE: Final = "rest_voltage_after_discharge_volt"
CHARGING_THROUGHPUT: Final = "charging_throughput_ah"
DISCHARGING_THROUGHPUT: Final = "discharging_throughput_ah"
CURRENT_STARTS: Final = "current_start_count"
EQUIVALENT_FULL_CYCLES: Final = "equivalent_full_cycles"
STATE_OF_HEALTH: Final = "state_of_health"
LOSS_OF_LITHIUM: Final = "loss_of_lithium_inventory"
LOSS_OF_MATERIAL_PE: Final = "loss_of_active_material_pe"
LOSS_OF_MATERIAL_NE: Final = "loss_of_active_material_ne"


CYCLES: Final = (
    Column(
        COULOMBIC_EFFICIENCY,
        "Coulombic efficiency",
        "1",
        "Discharging over charging capacity of one cycle, as a fraction.",
    ),
    Column(
        ENERGY_EFFICIENCY,
        "Energy efficiency",
        "1",
        "Discharging over charging energy of one cycle, as a fraction.",
    ),
    Column(
        VOLTAGE_EFFICIENCY,
        "Voltage efficiency",
        "1",
        "Mean discharging over mean charging voltage; energy over coulombic efficiency.",
    ),
    Column(
        MEAN_CHARGING_VOLTAGE, "Mean charging voltage / V", "V", "Energy over capacity of charge."
    ),
    Column(
        MEAN_DISCHARGING_VOLTAGE,
        "Mean discharging voltage / V",
        "V",
        "Energy over capacity of discharge.",
    ),
    Column(MINIMUM_VOLTAGE, "Minimum voltage / V", "V", "Lowest voltage; of a cell: lower limit."),
    Column(MAXIMUM_VOLTAGE, "Maximum voltage / V", "V", "Highest voltage; of a cell: upper limit."),
    Column(MINIMUM_CURRENT, "Minimum current / A", "A", "Lowest current; negative discharges."),
    Column(MAXIMUM_CURRENT, "Maximum current / A", "A", "Highest current; positive charges."),
    Column(MEAN_TEMPERATURE, "Mean temperature / °C", "°C", "Time-weighted mean temperature."),
    Column(MINIMUM_TEMPERATURE, "Minimum temperature / °C", "°C", "Lowest temperature."),
    Column(MAXIMUM_TEMPERATURE, "Maximum temperature / °C", "°C", "Highest temperature."),
    Column(START_TIME, "Start / s", "s", "Test time of the cycle's first record."),
    Column(END_TIME, "End / s", "s", "Test time of the cycle's last record."),
    Column(DURATION, "Duration / s", "s", "End minus start."),
    Column(CHARGING_DURATION, "Charging duration / s", "s", "Time with positive current."),
    Column(DISCHARGING_DURATION, "Discharging duration / s", "s", "Time with negative current."),
    Column(
        GAP_DURATION, "Gap duration / s", "s", "Time inside gaps, over which nothing is integrated."
    ),
    Column(RECORD_COUNT, "Records", "1", "Number of records in the cycle.", "count"),
    Column(COMPLETE, "Complete", "", "False where the cycle was cut short.", "flag"),
    Column(
        CAPACITY_SOURCE,
        "Capacity from",
        "",
        "Where the capacity comes from: reported by the file, the tester's counter, our integral.",
        "text",
    ),
    Column(
        CYCLE_TYPE,
        "Cycle type",
        "",
        "What the cycle was for, in the file's own words: reset, hppc, rpt_1C ...",
        "text",
    ),
    Column(
        CYCLE_CLASS,
        "Cycle class",
        "",
        "What the cycle was for: ageing, diagnostic, pulse, formation, or unfinished.",
        "text",
    ),
    Column(
        POLARISATION,
        "Polarisation / V",
        "V",
        "Mean charging minus mean discharging voltage.",
    ),
    Column(
        CV_DURATION_SHARE,
        "CV share of charging time",
        "1",
        "Time at constant voltage over the charging duration.",
    ),
    Column(
        CV_CAPACITY_SHARE,
        "CV share of charge",
        "1",
        "Charge taken in at constant voltage over all that was taken in.",
    ),
    Column(
        MEAN_CHARGING_CURRENT,
        "Mean charging current / A",
        "A",
        "Mean current of the charge without its constant-voltage part.",
    ),
    Column(
        MEAN_DISCHARGING_CURRENT,
        "Mean discharging current / A",
        "A",
        "Mean current of the discharge without its constant-voltage part; positive.",
    ),
    Column(
        MEASURED_CHARGING_C_RATE,
        "Charging rate, measured / 1/h",
        "1/h",
        "Mean charging current over the capacity discharged in the same cycle.",
    ),
    Column(
        MEASURED_DISCHARGING_C_RATE,
        "Discharging rate, measured / 1/h",
        "1/h",
        "Mean discharging current over the capacity discharged in the same cycle.",
    ),
    *(
        Column(
            name,
            f"DC resistance, {second} s / Ω",
            "Ω",
            f"Change of voltage over change of current, {second} s after an edge of the current.",
        )
        for name, second in (
            (DC_RESISTANCE_1S, 1),
            (DC_RESISTANCE_10S, 10),
            (DC_RESISTANCE_30S, 30),
        )
    ),
    Column(
        DC_RESISTANCE_EDGE,
        "DC resistance from",
        "",
        "The edge the DC resistance was taken at: from what the current went to what.",
        "text",
    ),
    Column(REST_DURATION, "Rest duration / s", "s", "Time without current."),
    Column(
        PAUSED_DURATION,
        "Paused duration / s",
        "s",
        "Time between records more than an hour apart.",
    ),
    Column(
        REST_VOLTAGE_AFTER_CHARGE,
        "Rest voltage after charge / V",
        "V",
        "Voltage at the end of the longest rest after a charge.",
    ),
    Column(
        REST_VOLTAGE_AFTER_DISCHARGE,
        "Rest voltage after discharge / V",
        "V",
        "Voltage at the end of the longest rest after a discharge.",
    ),
    Column(
        CHARGING_THROUGHPUT,
        "Charging throughput / Ah",
        "Ah",
        "Charge taken in, summed up from the first cycle of the table to this one.",
    ),
    Column(
        DISCHARGING_THROUGHPUT,
        "Discharging throughput / Ah",
        "Ah",
        "Charge given back, summed up from the first cycle of the table to this one.",
    ),
    Column(
        CURRENT_STARTS,
        "Starts of current",
        "1",
        "How often a current started or turned round: 2 in a plain cycle, many with pulses.",
        "count",
    ),
    Column(
        CAPACITY_DEVIATION,
        "Capacity deviation",
        "1",
        "Counter or reported discharging capacity over our integral, minus one.",
    ),
    Column(
        EQUIVALENT_FULL_CYCLES,
        "Equivalent full cycles",
        "1",
        "Charge passed in both directions over twice the nominal capacity, summed up to the cycle.",
    ),
    Column(STATE_OF_HEALTH, "State of health", "1", "Discharging capacity over a named reference."),
    Column(
        LOSS_OF_LITHIUM, "Loss of lithium inventory", "1", "LLI, fraction of the fresh inventory."
    ),
    Column(
        LOSS_OF_MATERIAL_PE,
        "Loss of active material, positive",
        "1",
        "LAM_PE, fraction of the fresh positive electrode.",
    ),
    Column(
        LOSS_OF_MATERIAL_NE,
        "Loss of active material, negative",
        "1",
        "LAM_NE, fraction of the fresh negative electrode.",
    ),
)
