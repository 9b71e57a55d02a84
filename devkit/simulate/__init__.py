"""A day of the app on AWS, computed: a model of Lambda, SQS, DynamoDB, API Gateway and Jira, with assumptions that are
all in one table (`devkit.simulate.assumptions`)."""
