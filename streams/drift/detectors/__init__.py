"""How evidence adds up over windows: what a quiet tenant looks like (`baseline`), and the sum of scores (`cusum`)."""
