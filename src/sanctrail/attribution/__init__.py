"""Attribution: whose address is it, and who says so."""

from sanctrail.attribution.labels import Label, read_labels

__all__ = ["Label", "read_labels"]
