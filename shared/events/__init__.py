"""The published language: everything that is ever said on the bus; one file per service that speaks."""
