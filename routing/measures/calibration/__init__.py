"""How well confidences hold, and calibrators that mend them."""
