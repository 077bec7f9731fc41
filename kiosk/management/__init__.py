"""Customers, companies, plans and memberships, managed by signed-in staff at the desk."""
