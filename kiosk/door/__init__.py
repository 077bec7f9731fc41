"""The door: opened after a verdict that lets somebody in. Off unless a setting turns it on."""
