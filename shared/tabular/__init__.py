"""Tables as files: rows of one model in CSV, JSON lines, XLSX and Parquet, and the dictionary of their columns."""
