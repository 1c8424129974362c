"""Reports: one engine, declarations in it, and their outputs: screen, CSV, XLSX, PDF, of the same rows."""
