"""Random numbers that repeat."""

import numpy as np

from bdg_explore.simulation.noise import Noise, quantize

GOLDEN = [0.5468892504971, -1.0094203108375, 0.9492445526841, 0.5294158548842]


def test_the_stream_never_changes():
    # raw bits of PCG64, seeded by the SHA-256 of the name: the same wherever NumPy runs
    drawn = Noise("demo-lfp", "LFP_25C_0-100_0.5-1C_a", "test").normal(4)
    np.testing.assert_array_equal(
        drawn, Noise("demo-lfp", "LFP_25C_0-100_0.5-1C_a", "test").normal(4)
    )
    np.testing.assert_allclose(drawn, GOLDEN, rtol=0, atol=1e-12)


def test_names_tell_streams_apart():
    assert not np.array_equal(Noise("a", "b").normal(8), Noise("a", "c").normal(8))


def test_numbers_are_near_normal():
    drawn = Noise("many").normal(200_000)
    assert abs(drawn.mean()) < 0.01
    assert abs(drawn.std() - 1) < 0.01
    assert abs(np.mean(np.abs(drawn) < 1) - 0.6827) < 0.01
    assert np.abs(drawn).max() < 4.9


def test_a_drift_remembers():
    path = Noise("slow").drift(50_000, memory=0.9)
    assert abs(path.std() - 1) < 0.05
    assert abs(np.corrcoef(path[1:], path[:-1])[0, 1] - 0.9) < 0.02


def test_quantize_is_exact_in_single_precision():
    volts = quantize(np.array([3.60001, 2.5, 4.19999]), 13)
    np.testing.assert_array_equal(volts, volts.astype(np.float32).astype(np.float64))
    np.testing.assert_allclose(volts, [3.60001, 2.5, 4.19999], atol=2**-14)
