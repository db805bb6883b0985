"""The service: what people and scripts may see and ask for, over HTTP and a websocket.

It never trades. What changes anything is written down as a command, which the trader takes.
"""
