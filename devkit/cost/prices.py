"""AWS's list prices, in US dollars, of us-east-1 and without free tiers; other regions differ by up to a quarter.

Looked at in November 2026; docs/cost.md says where, and who else says the same.
"""

MILLION = 1_000_000

LAMBDA_REQUEST = 0.20 / MILLION
LAMBDA_GB_SECOND = 0.0000166667
API_REQUEST = 3.50 / MILLION
SQS_REQUEST = 0.40 / MILLION
"""For each call and each 64 KiB in it."""

SQS_FAIR = SQS_REQUEST + 0.10 / MILLION
"""The same where messages have groups, as our deliveries have; AWS does not say of which calls: taken for all that have
a message."""

DYNAMODB_WRITE = 0.625 / MILLION
"""For each KiB written, on demand."""

DYNAMODB_READ = 0.125 / MILLION
"""For each 4 KiB read consistently, on demand."""

DYNAMODB_GB = 0.25
BACKUP_GB = 0.20
"""Point-in-time recovery, for each GB of the table."""

S3_GB = 0.023
LOG_GB = 0.50
"""To take logs in; to keep them costs three cents more a month."""

KMS_REQUEST = 0.03 / 10_000

ALARM = 0.10
"""Beyond the first ten of an account."""

FREE_ALARMS = 10

SERVERS = (
    ("EC2 t4g.nano, its disk of 8 GB and its IPv4 address", 0.0042 * 730 + 8 * 0.08 + 0.005 * 730),
    ("RDS db.t4g.micro for PostgreSQL with 20 GB, in one zone", 0.016 * 730 + 20 * 0.115),
)
"""What a server that is always on needs at least, a month: Atlassian's own framework takes a process and a database."""
