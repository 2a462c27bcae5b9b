"""References of building automation: BACnet, Modbus, KNX, MQTT."""
