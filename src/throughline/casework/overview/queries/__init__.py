"""What pages that compose rooms show. Every page that names somebody writes one look with all whom it names."""
