"""What is owed: balances, months, payments, days past due, and the files they come from."""
