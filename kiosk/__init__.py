"""The Qt app on the reception PC."""
