"""What the pages of the scene show. Every page that names somebody writes one look with all whom it names."""
