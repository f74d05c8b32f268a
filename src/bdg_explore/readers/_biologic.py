"""What BioLogic's column numbers and technique numbers mean.

A record of an ``.mpr`` file is described by a list of numbers, one a column. What they mean is not
published by the maker; the table holds those that public readers agree on, with the names that
EC-Lab prints in its text exports. Numbers from 256 on are a second edition of those 256 below, but
not in every case, so each is listed by itself.
"""

from typing import Final

# Several of these share one byte, which stands where the first of them stands: name and mask.
FLAGS: Final = {
    1: ("mode", 0x03),
    2: ("ox/red", 0x04),
    3: ("error", 0x08),
    21: ("control changes", 0x10),
    31: ("Ns changes", 0x20),
    65: ("counter inc.", 0x80),
}

_FLOAT32: Final = {
    5: "control/V/mA", 6: "Ewe/V", 8: "I/mA", 9: "Ece/V", 16: "Analog IN 1/V",
    17: "Analog IN 2/V", 19: "control/V", 20: "control/mA", 26: "Rapp/Ohm", 27: "Ewe-Ece/V",
    32: "freq/Hz", 33: "|Ewe|/V", 34: "|I|/A", 35: "Phase(Z)/deg", 36: "|Z|/Ohm",
    37: "Re(Z)/Ohm", 38: "-Im(Z)/Ohm", 69: "R/Ohm", 70: "P/W", 75: "Analog OUT/V",
    76: "<I>/mA", 77: "<Ewe>/V", 78: "Cs-2/µF-2", 96: "|Ece|/V", 98: "Phase(Zce)/deg",
    99: "|Zce|/Ohm", 100: "Re(Zce)/Ohm", 101: "-Im(Zce)/Ohm", 163: "|Estack|/V",
    166: "Phase(Zstack)/deg", 167: "|Zstack|/Ohm", 168: "Rcmp/Ohm", 169: "Cs/µF", 172: "Cp/µF",
    173: "Cp-2/µF-2", 174: "<Ewe>/V", 175: "|Zwe-ce|/Ohm", 176: "Re(Zwe-ce)/Ohm",
    177: "-Im(Zwe-ce)/Ohm", 178: "(Q-Qo)/C", 179: "dQ/C", 185: "<Ece>/V", 206: "Temperature/°C",
    217: "THD Ewe/%", 218: "THD I/%", 219: "THD Ece/%", 220: "NSD Ewe/%", 221: "NSD I/%",
    222: "NSD Ece/%", 223: "NSR Ewe/%", 224: "NSR I/%", 225: "NSR Ece/%",
    **{230 + i: f"|Ewe h{2 + i}|/V" for i in range(6)},
    **{236 + i: f"|I h{2 + i}|/A" for i in range(6)},
    242: "|E2|/V", 271: "Phase(Z1)/deg", 272: "Phase(Z2)/deg", 301: "|Z1|/Ohm", 302: "|Z2|/Ohm",
    326: "P/W", 331: "Re(Z1)/Ohm", 332: "Re(Z2)/Ohm", 361: "-Im(Z1)/Ohm", 362: "-Im(Z2)/Ohm",
    391: "<E1>/V", 392: "<E2>/V", 422: "Phase(Zstack)/deg", 423: "|Zstack|/Ohm",
    424: "Re(Zstack)/Ohm", 425: "-Im(Zstack)/Ohm", 426: "<Estack>/V", 430: "Phase(Zwe-ce)/deg",
    431: "|Zwe-ce|/Ohm", 432: "Re(Zwe-ce)/Ohm", 433: "-Im(Zwe-ce)/Ohm", 434: "(Q-Qo)/C",
    435: "dQ/C", 441: "<Ecv>/V", 462: "Temperature/°C", 471: "<Ece>/V", 473: "THD Ewe/%",
    474: "THD I/%", 476: "NSD Ewe/%", 477: "NSD I/%", 479: "NSR Ewe/%", 480: "NSR I/%",
    **{486 + i: f"|Ewe h{2 + i}|/V" for i in range(6)},
    **{492 + i: f"|I h{2 + i}|/A" for i in range(6)},
    505: "Rdc/Ohm",
}  # fmt: skip
_FLOAT64: Final = {
    4: "time/s", 7: "dq/mA.h", 11: "<I>/mA", 13: "(Q-Qo)/mA.h", 23: "dQ/mA.h",
    24: "cycle number", 74: "|Energy|/W.h", 123: "Energy charge/W.h",
    124: "Energy discharge/W.h", 125: "Capacitance charge/µF", 126: "Capacitance discharge/µF",
    182: "step time/s", 211: "Q charge/discharge/mA.h", 438: "step time/s",
    467: "Q charge/discharge/mA.h", 498: "Q charge/mA.h", 499: "Q discharge/mA.h",
    500: "step time/s", 501: "Efficiency/%", 502: "Capacity/mA.h",
}  # fmt: skip
COLUMNS: Final[dict[int, tuple[str, str]]] = {
    **{number: (name, "<f4") for number, name in _FLOAT32.items()},
    **{number: (name, "<f8") for number, name in _FLOAT64.items()},
    39: ("I Range", "<u2"),
    131: ("Ns", "<u2"),
    212: ("half cycle", "<u4"),
    213: ("z cycle", "<u4"),
    468: ("half cycle", "<u4"),
    469: ("z cycle", "<u4"),
    509: ("Acir/Dcir Control", "<u1"),
}

TECHNIQUES: Final = {
    0x04: "GCPL", 0x06: "CV", 0x0B: "OCV", 0x16: "MP", 0x18: "CA", 0x19: "CP", 0x1C: "WAIT",
    0x1D: "PEIS", 0x1E: "GEIS", 0x30: "CV", 0x32: "ZIR", 0x33: "CVA", 0x6C: "LSV", 0x75: "coV",
    0x76: "coC", 0x77: "GCPL", 0x7F: "MB", 0x88: "BCD",
}  # fmt: skip

# What the potentiostat imposes, by the two lowest bits of the flags.
MODES: Final = ("mode 0", "galvanostatic", "potentiostatic", "rest")
REST: Final = 3
