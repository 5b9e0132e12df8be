"""What is asked about permits, contacts and the decisions behind them."""
