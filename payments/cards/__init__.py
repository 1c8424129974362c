"""Cards that guarantors keep for later payments: found, kept, preferred and removed."""
