"""Starting and stopping what a site needs on one machine: database, logins, assets, demonstration."""
