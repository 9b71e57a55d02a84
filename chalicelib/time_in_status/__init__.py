"""The app that ships with the framework: how long each work item spent in each status."""
