"""What of a page's fade plot needs no screen: `LinkedFade` with a choice of axis."""

from typing import Any

import pandas as pd
import traitlets

from bdg_explore import views
from bdg_explore.columns import CYCLE, EQUIVALENT_FULL_CYCLES, NOMINAL_CAPACITY

from .linked_fade import LinkedFade


class PageFade(LinkedFade):
    """A `LinkedFade` whose horizontal axis can be chosen.

    Attributes
    ----------
    x : str
        A column of the cycles.
    axes : tuple of str
        Those columns that the cycles drawn last have.
    """

    x = traitlets.Unicode(CYCLE)
    axes: tuple[str, ...] = (CYCLE,)

    @traitlets.observe("x")
    def _ask_again(self, _change: Any) -> None:
        self._shown = ()

    def _draw(self, uids: tuple[str, ...]) -> tuple[Any, str]:
        wanted = self.y
        absolute = wanted == "soh" and self._no_reference(uids)
        try:
            self.y = "capacity" if absolute else wanted
            picture, note = super()._draw(uids)
            if picture is not None:
                picture = self._against(picture, self._load(uids))
        finally:
            self.y = wanted
        if absolute and picture is not None:
            note = f"Capacity is shown: nobody states a nominal capacity to relate it to. {note}"
        return picture, note

    def _no_reference(self, uids: tuple[str, ...]) -> bool:
        nominal = self.state.cells.get(NOMINAL_CAPACITY)
        return bool(uids) and (nominal is None or not nominal.loc[list(uids)].notna().any())

    def _against(self, picture: Any, cycles: pd.DataFrame) -> Any:
        """Return the picture against the axis that was chosen, if the cycles have it."""
        known = cycles.get(EQUIVALENT_FULL_CYCLES)
        efc = known is not None and bool(known.notna().any())
        self.axes = (CYCLE, EQUIVALENT_FULL_CYCLES) if efc else (CYCLE,)
        if self.x == CYCLE or self.x not in self.axes:
            return picture
        return views.capacity_fade(
            cycles, cells=self.state.cells, x=self.x, y=self.y, color=self.color
        )
