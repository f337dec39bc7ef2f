"""Attribution: whose address is it, who says so, by which rule, and how often that errs."""

from sanctrail.attribution.labels import Label
from sanctrail.attribution.reading import read_labels

__all__ = ["Label", "read_labels"]
