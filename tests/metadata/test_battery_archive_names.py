import pytest
from hypothesis import given
from hypothesis import strategies as st

from bdg_explore.errors import ParameterError
from bdg_explore.metadata.battery_archive_names import parse_cell_name

WHOLE = [
    # name, sample, form, chemistry, temperature, low, high, charge, discharge, replicate
    ("SNL_18650_LFP_25C_0-100_0.5-1C_a", None, "18650", "LFP", 25, 0, 1, 0.5, 1, "a"),
    ("SNL_18650_NCA_25C_20-80_0.5-0.5C_c", None, "18650", "NCA", 25, 0.2, 0.8, 0.5, 0.5, "c"),
    ("HNEI_18650_NMC_LCO_25C_0-100_0.5-1.5C_a", None, "18650", "NMC-LCO", 25, 0, 1, 0.5, 1.5, "a"),
    ("CALCE_CX2-33_prism_LCO_25C_0-100_0.5-0.5C_d",
     "CX2-33", "prismatic", "LCO", 25, 0, 1, 0.5, 0.5, "d"),
    ("OX_1-1_pouch_LCO_40C_0-100_2-1.84C_a", "1-1", "pouch", "LCO", 40, 0, 1, 2, 1.84, "a"),
    ("UL-PUR_N10-EX9_18650_NCA_23C_0-100_0.5-0.5C_i",
     "N10-EX9", "18650", "NCA", 23, 0, 1, 0.5, 0.5, "i"),
    ("UL-PUR_R10-EX6_18650_NCA_23C_2.5-96.5_0.5-0.5C_f",
     "R10-EX6", "18650", "NCA", 23, 0.025, 0.965, 0.5, 0.5, "f"),
    ("MICH_01R_pouch_NMC_25C_0-100_0.2-0.2C", "01R", "pouch", "NMC", 25, 0, 1, 0.2, 0.2, None),
    ("MICH_02C_pouch_NMC_-5C_0-100_0.2-0.2C", "02C", "pouch", "NMC", -5, 0, 1, 0.2, 0.2, None),
    ("MICH_BLForm1_pouch_NMC_45C_0-100_1-1C_a", "BLForm1", "pouch", "NMC", 45, 0, 1, 1, 1, "a"),
]  # fmt: skip


@pytest.mark.parametrize("expected", WHOLE, ids=[case[0] for case in WHOLE])
def test_every_part_is_read(expected):
    said = parse_cell_name(expected[0])
    keys = (
        "native_id", "sample", "form_factor", "cathode_chemistry", "ambient_temperature_celsius",
        "soc_minimum", "soc_maximum", "charging_c_rate", "discharging_c_rate", "replicate",
    )  # fmt: skip
    assert tuple(said[key] for key in keys) == expected
    assert said["institution"] == expected[0].split("_")[0]


@pytest.mark.parametrize("name", [case[0] for case in WHOLE])
def test_both_spellings_name_the_same_cell(name):
    said = parse_cell_name(name)
    assert said["also_known_as"].count("/") == 1
    assert said["also_known_as"].replace("/", "-") == name
    assert parse_cell_name(said["also_known_as"]) == said


@pytest.mark.parametrize("ending", ["_cycle_data.csv", "_timeseries.csv", "_timeseries_data.csv"])
@pytest.mark.parametrize("name", [WHOLE[2][0], WHOLE[7][0]])
def test_a_file_name_will_do(name, ending):
    assert parse_cell_name(name + ending) == parse_cell_name(name)


def test_a_sample_may_be_spelt_like_a_form_factor():
    said = parse_cell_name("LAB_18650_pouch_NMC_25C_0-100_1-1C_a")
    assert (said["sample"], said["form_factor"]) == ("18650", "pouch")


def test_two_letters_of_replicate_and_a_decimal_temperature():
    said = parse_cell_name("SNL_26650_LFP_22.5C_0-100_1-1C_aa")
    assert (said["replicate"], said["ambient_temperature_celsius"]) == ("aa", 22.5)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("", "two C-rates"),
        ("SNL", "two C-rates such as 0.5-1C where 'SNL' stands"),
        ("SNL_18650_LFP_25C_0-100_0.5-1_a", "two C-rates such as 0.5-1C where '0.5-1' stands"),
        ("SNL_18650_LFP_25C_0-100_a", "two C-rates"),
        ("SNL_18650_LFP_25C_full_0.5-1C_a", "window such as 0-100 where 'full' stands"),
        ("SNL_18650_LFP_25C_80-20_0.5-1C_a", "rises within 0 to 100, not 80-20"),
        ("SNL_18650_LFP_25C_0-120_0.5-1C_a", "rises within 0 to 100, not 0-120"),
        ("SNL_18650_LFP_warm_0-100_0.5-1C_a", "a temperature such as 25C where 'warm' stands"),
        ("SNL_18650_LFP_25C_0-100_0-1C_a", "above zero, not 0-1C"),
        ("SNL_pouchh_LFP_25C_0-100_0.5-1C_a", "Did you mean pouch?"),
        ("SNL_LFP_25C_0-100_0.5-1C_a", "a form factor (18650, 21700, 26650, pouch, prism)"),
        ("18650_LFP_25C_0-100_0.5-1C_a", "a form factor"),
        ("SNL_18650_25C_0-100_0.5-1C_a", "a chemistry such as NMC"),
        ("SNL__18650_LFP_25C_0-100_0.5-1C_a", "letters, digits and hyphens"),
        ("S NL_18650_LFP_25C_0-100_0.5-1C_a", "where 'S NL' stands"),
        ("SNL_18650_LFP_25C_0-100_0.5-1C_a\n", "two C-rates"),
        ("../SNL_18650_LFP_25C_0-100_0.5-1C_a", "where '../SNL' stands"),
    ],
)
def test_a_broken_name_is_refused_by_its_broken_part(name, told):
    with pytest.raises(ParameterError) as refused:
        parse_cell_name(name)
    assert told in str(refused.value)
    assert "SNL_18650_LFP_25C_0-100_0.5-1C_a" in str(refused.value)


# Names carry at most two decimals; more would be a matter of printing, not of the grammar.
rates = st.integers(1, 1000).map(lambda hundredths: hundredths / 100)


@given(
    sample=st.none() | st.from_regex(r"[A-Za-z0-9]{1,6}(-[A-Za-z0-9]{1,3})?", fullmatch=True),
    form=st.sampled_from(["18650", "21700", "26650", "pouch", "prism"]),
    chemistry=st.sampled_from(["LFP", "NMC", "NMC_LCO", "NMC811"]),
    temperature=st.integers(-40, 90),
    window=st.tuples(st.integers(0, 99), st.integers(1, 100)).filter(lambda w: w[0] < w[1]),
    charging=rates,
    discharging=rates,
    replicate=st.none() | st.from_regex(r"[a-z]{1,2}", fullmatch=True),
)
def test_what_is_written_is_read(
    sample, form, chemistry, temperature, window, charging, discharging, replicate
):
    parts = ["LAB", sample, form, chemistry, f"{temperature}C", "{}-{}".format(*window)]
    parts += [f"{charging:g}-{discharging:g}C", replicate]
    name = "_".join(part for part in parts if part is not None)
    said = parse_cell_name(name)
    assert said["native_id"] == name
    assert said["sample"] == sample and said["replicate"] == replicate
    assert said["cathode_chemistry"] == chemistry.replace("_", "-")
    assert said["ambient_temperature_celsius"] == temperature
    assert (said["soc_minimum"], said["soc_maximum"]) == tuple(edge / 100 for edge in window)
    assert (said["charging_c_rate"], said["discharging_c_rate"]) == (charging, discharging)
