"""User Behavior Insights 1.3.0, the events that search engines and their pages send, as events of ours."""
