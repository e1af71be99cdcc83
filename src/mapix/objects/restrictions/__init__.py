"""Restrictions: what each kind means, decided once, and the order and equality of values they rest on."""
