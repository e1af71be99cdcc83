"""Property bags: saved values below, unsaved changes above, computed ones beside; streams, names, bodies."""
