"""The commands of the service, one file each."""
