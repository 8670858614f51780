"""What areas ask of each other. The folder shadows the HTTP library of that name on purpose: see ARCHITECTURE.md."""
