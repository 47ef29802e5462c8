"""Drivers for OpenStack services that have nothing behind them."""
