"""The local exchange over HTTP and websockets, in the venue's wire format."""
