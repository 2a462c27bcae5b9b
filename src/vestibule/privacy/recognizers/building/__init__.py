"""What belongs to one building: meters, assets, rooms, people in it, setpoints, use and prices."""
