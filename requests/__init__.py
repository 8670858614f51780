"""What areas ask of each other. The folder shadows the HTTP library of the same name on purpose: see ARCHITECTURE.md."""
