"""The inbox: what waits for somebody, found anew from what each app knows, and what staff say of it."""
