"""Paper trading: the real venue is seen, the local exchange's money and rules do the trading."""
