"""What the gateway's checks cost beside an endpoint that has none, and what faults lose."""
