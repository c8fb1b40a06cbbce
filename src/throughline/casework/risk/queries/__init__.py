"""What is known of risk. Every page that names somebody writes one look with all whom it names."""
