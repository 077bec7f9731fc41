"""What a customer may use now, for websites, doors and other systems that ask."""
