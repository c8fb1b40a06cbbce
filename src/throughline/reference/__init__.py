"""Dated facts that rules rest on: forces, roles, codes, clocks. Data with a source, and one loader."""
