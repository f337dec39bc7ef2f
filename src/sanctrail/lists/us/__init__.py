"""The United States: OFAC in all its layouts, the Consolidated Screening List, denied persons."""
