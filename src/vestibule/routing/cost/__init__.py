"""What an answer costs: money outside, energy and a part of the machine at home; and what staying saved."""

from vestibule.routing.cost.account import Account, nothing
from vestibule.routing.cost.costs import Cost, Costing, Costs
from vestibule.routing.cost.energy import Answering, EnergyMeter, Used

__all__ = ["Account", "Answering", "Cost", "Costing", "Costs", "EnergyMeter", "Used", "nothing"]
