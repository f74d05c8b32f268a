"""Colours that stay apart for every eye, and ink that is read on light and dark."""

from itertools import combinations

import numpy as np
import pytest
from made_fades import fleet

from bdg_explore.views import capacity_fade
from bdg_explore.views.theme import CATEGORICAL, INK, OTHER, ordered

WHITE, DARK = "#ffffff", "#1a1a1a"

# Machado, Oliveira and Fernandes 2009, full severity, on linear RGB
EYES = {
    "normal": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
               [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
               [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
               [0.004733, 0.691367, 0.303900]],
}  # fmt: skip


def linear(colour: str) -> np.ndarray:
    rgb = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(light: np.ndarray) -> np.ndarray:
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = np.array(to_xyz) @ np.clip(light, 0, 1) / [0.95047, 1.0, 1.08883]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast(a: str, b: str) -> float:
    light, dark = sorted((linear(c) @ [0.2126, 0.7152, 0.0722] for c in (a, b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("eye", EYES)
def test_categories_differ_for_every_eye(eye):
    seen = {c: lab(np.array(EYES[eye]) @ linear(c)) for c in (*CATEGORICAL, OTHER)}
    closest = min(np.linalg.norm(seen[a] - seen[b]) for a, b in combinations(seen, 2))
    assert closest > 13  # a just noticeable difference is about 2


@pytest.mark.parametrize("page", [WHITE, DARK])
def test_every_colour_is_seen_on_light_and_dark(page):
    assert len(set(CATEGORICAL)) == 8
    assert min(contrast(c, page) for c in (*CATEGORICAL, OTHER)) > 2.2
    assert min(contrast(c, page) for c in ordered(16)) > 1.6
    assert contrast(INK, page) > 4


def test_ordered_colours_run_evenly_from_dark_to_light():
    lightness = np.array([lab(linear(c))[0] for c in ordered(32)])
    assert (np.diff(lightness) > 0).all()
    steps = [
        np.linalg.norm(lab(linear(a)) - lab(linear(b)))
        for a, b in zip(ordered(32)[:-1], ordered(32)[1:], strict=True)
    ]
    assert max(steps) < 3.5 * min(steps)


def test_a_figure_is_transparent_and_zooms_by_wheel_only_after_a_click(rendered):
    figure = rendered(capacity_fade(fleet(3))).state
    assert figure.background_fill_color is figure.border_fill_color is None
    assert figure.toolbar.active_scroll is None
    assert {"WheelZoomTool", "ResetTool"} <= {type(t).__name__ for t in figure.tools}
    assert figure.xaxis[0].major_label_text_color == INK
