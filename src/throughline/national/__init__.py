"""The national site: forces' returns are collected, argued with and signed, and editions of them are served. No person is here."""
