"""Events in: Faust agents turn raw events into history, sessions, pairs and drift statistics."""
