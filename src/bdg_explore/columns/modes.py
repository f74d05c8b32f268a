"""Columns of degradation modes: one row a cell and cycle; and of the fitted curves."""

from typing import Final

from ._column import Column

NEGATIVE_CAPACITY: Final = "negative_electrode_capacity_ah"
POSITIVE_CAPACITY: Final = "positive_electrode_capacity_ah"
LITHIUM_INVENTORY: Final = "lithium_inventory_ah"
NEGATIVE_EMPTY: Final = "negative_stoichiometry_empty"
NEGATIVE_FULL: Final = "negative_stoichiometry_full"
POSITIVE_EMPTY: Final = "positive_stoichiometry_empty"
POSITIVE_FULL: Final = "positive_stoichiometry_full"
LITHIUM_LOWER: Final = "loss_of_lithium_inventory_lower"
LITHIUM_UPPER: Final = "loss_of_lithium_inventory_upper"
LITHIUM_WORD: Final = "loss_of_lithium_inventory_identifiability"
MATERIAL_PE_LOWER: Final = "loss_of_active_material_pe_lower"
MATERIAL_PE_UPPER: Final = "loss_of_active_material_pe_upper"
MATERIAL_PE_WORD: Final = "loss_of_active_material_pe_identifiability"
MATERIAL_NE_LOWER: Final = "loss_of_active_material_ne_lower"
MATERIAL_NE_UPPER: Final = "loss_of_active_material_ne_upper"
MATERIAL_NE_WORD: Final = "loss_of_active_material_ne_identifiability"
ELECTRODE_RATIO: Final = "negative_to_positive_ratio"
OHMIC_DROP: Final = "ohmic_drop_volt"
FIT_RMSE: Final = "fit_rmse_millivolt"
PLATING: Final = "plating"
CONVERGED: Final = "converged"
REFERENCE: Final = "reference"
FITTED_VOLTAGE: Final = "fitted_voltage_volt"
VOLTAGE_RESIDUAL: Final = "voltage_residual_millivolt"

_LIMIT: Final = "limit of its interval; the error of the reference counts."
_WORD: Final = (
    "identified, weak, not identifiable (with the values that fit alike), fixed, doubtful."
)

MODES: Final = (
    Column(
        NEGATIVE_CAPACITY,
        "Negative electrode / Ah",
        "Ah",
        "Capacity of the negative electrode over stoichiometry 0 to 1, from a fit.",
    ),
    Column(
        POSITIVE_CAPACITY,
        "Positive electrode / Ah",
        "Ah",
        "Capacity of the positive electrode over stoichiometry 0 to 1, from a fit.",
    ),
    Column(
        LITHIUM_INVENTORY, "Lithium inventory / Ah", "Ah", "Cyclable lithium in both electrodes."
    ),
    Column(NEGATIVE_EMPTY, "x at 0 %", "1", "Negative stoichiometry at the curve's empty end."),
    Column(NEGATIVE_FULL, "x at 100 %", "1", "Negative stoichiometry at the curve's full end."),
    Column(POSITIVE_EMPTY, "y at 0 %", "1", "Positive stoichiometry at the curve's empty end."),
    Column(POSITIVE_FULL, "y at 100 %", "1", "Positive stoichiometry at the curve's full end."),
    Column(LITHIUM_LOWER, "LLI, lower limit", "1", f"LLI, lower {_LIMIT}"),
    Column(LITHIUM_UPPER, "LLI, upper limit", "1", f"LLI, upper {_LIMIT}"),
    Column(LITHIUM_WORD, "LLI, identifiability", "", f"Whether LLI is told: {_WORD}", "text"),
    Column(MATERIAL_PE_LOWER, "LAM_PE, lower limit", "1", f"LAM_PE, lower {_LIMIT}"),
    Column(MATERIAL_PE_UPPER, "LAM_PE, upper limit", "1", f"LAM_PE, upper {_LIMIT}"),
    Column(
        MATERIAL_PE_WORD, "LAM_PE, identifiability", "", f"Whether LAM_PE is told: {_WORD}", "text"
    ),
    Column(MATERIAL_NE_LOWER, "LAM_NE, lower limit", "1", f"LAM_NE, lower {_LIMIT}"),
    Column(MATERIAL_NE_UPPER, "LAM_NE, upper limit", "1", f"LAM_NE, upper {_LIMIT}"),
    Column(
        MATERIAL_NE_WORD, "LAM_NE, identifiability", "", f"Whether LAM_NE is told: {_WORD}", "text"
    ),
    Column(ELECTRODE_RATIO, "N/P ratio", "1", "Negative over positive electrode capacity."),
    Column(OHMIC_DROP, "Ohmic drop / V", "V", "Current times resistance, from a fit; positive."),
    Column(FIT_RMSE, "RMSE / mV", "mV", "Root mean square of model less measured voltage."),
    Column(
        PLATING,
        "Negative electrode full",
        "",
        "True where the negative electrode is full at the full end: charging on plates lithium.",
        "flag",
    ),
    Column(CONVERGED, "Converged", "", "False where the fit did not come to rest.", "flag"),
    Column(REFERENCE, "Reference", "", "What the modes are counted from.", "text"),
    Column(FITTED_VOLTAGE, "Fitted voltage / V", "V", "Voltage of the fitted half cells."),
    Column(VOLTAGE_RESIDUAL, "Residual / mV", "mV", "Measured less fitted voltage."),
)
