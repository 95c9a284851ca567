"""Decide before doing: what another policy or budget would have done."""
