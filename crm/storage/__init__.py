"""Where rows live: tables, transactions and the guard that watches every commit."""
