"""The colors of all pictures."""

INK, PAPER, FAINT = "#1d1c1d", "#ffffff", "#d9d9d9"
BLUE, ORANGE, GREEN = "#0072b2", "#d55e00", "#009e73"
"""Okabe and Ito's colors, which people who see few colors tell apart; shapes and hatches differ as well."""
