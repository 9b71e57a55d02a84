"""The framework: everything between Jira and an app's handlers and pages. It knows nothing of any app."""
