"""Copying between any two objects of any two stores, whole stores included; counts that add up."""
