"""Whether the machine, the service and all that is kept are as they should be."""
