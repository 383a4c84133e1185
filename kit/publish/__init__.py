"""How packets are made: notebooks run for each scope, then laid out for the reader."""
