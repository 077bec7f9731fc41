"""Sales at the desk: a plan with what is paid for it, previewed and carried out by one code."""
