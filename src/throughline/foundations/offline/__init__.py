"""Working where there is no signal: pages taken along, posts kept on the device and taken in once, in order."""
