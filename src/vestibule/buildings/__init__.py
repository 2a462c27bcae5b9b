"""A portfolio of buildings, its meters and weather, and typed functions over them. Knows no question and no answer."""

from vestibule.buildings.calls import AnalyticCall
from vestibule.buildings.data import BuildingData
from vestibule.buildings.importer import ImportSummary

__all__ = ["AnalyticCall", "BuildingData", "ImportSummary"]
