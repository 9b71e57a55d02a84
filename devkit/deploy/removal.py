"""Taking a stage away: first what runs, then what it keeps, last what protects itself.

Each step asks what is there, so it may run again after a failure at any point, and also where Chalice's notes are lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from devkit.deploy import roles
from devkit.deploy.alarms import watchers
from devkit.deploy.aws import Aws, is_code
from devkit.deploy.notes import apis, standing_functions
from devkit.deploy.standing import standing, topic_arn
from devkit.deploy.template import PROTECTED_STAGE, Home, Resource, functions, stores

TABLE = "AWS::DynamoDB::Table"


@dataclass(frozen=True, slots=True)
class Removal:
    """The removal of the stage at `home`; with `tables` also of tables that its stage protects."""

    aws: Aws
    home: Home
    tables: bool

    def running(self) -> Iterator[tuple[str, str]]:
        """What would be removed of what Chalice makes: the kind of each, and its name."""
        yield from (("ApiGateway::RestApi", api) for api in self._own_apis())
        yield from (
            ("Lambda::Function", arn.rpartition(":")[2]) for _, arn in standing_functions(self.aws, self.home.stage)
        )
        rules = (rule for name in functions(self.home.stage).values() for rule in self._schedules(name))
        yield from (("Events::Rule", rule) for rule in rules)

    def doomed(self) -> dict[str, Resource]:
        """What would be deleted of tables, queues, buckets, alarms and logs, by logical name."""
        everything = {**stores(self.home), **watchers(self.home)}
        there = standing(self.aws, everything)
        return {name: each for name, each in everything.items() if name in there and name not in self.kept()}

    def kept(self) -> dict[str, Resource]:
        """The tables that stay."""
        if self.tables or self.home.stage != PROTECTED_STAGE:
            return {}
        return {name: each for name, each in stores(self.home).items() if each["Type"] == TABLE}

    def remove_functions(self) -> Iterator[str]:
        """Removes by name what Chalice makes of a stage: API, consumers, schedules, functions, roles; says what."""
        yield from self._apis()
        for name in functions(self.home.stage).values():
            self._remove_schedule(name)
        for _, arn in standing_functions(self.aws, self.home.stage):
            yield self._remove_function(arn.rpartition(":")[2])
        roles.remove(self.aws.client("iam"), self.home.stage, self.home.region)

    def empty_buckets(self) -> None:
        """Removes all objects: CloudFormation deletes no bucket that holds any."""
        s3 = self.aws.client("s3")
        for bucket in (self.home.site_bucket, self.home.bodies_bucket):
            try:
                for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
                    if gone := [{"Key": item["Key"]} for item in page.get("Contents", [])]:
                        s3.delete_objects(Bucket=bucket, Delete={"Objects": gone, "Quiet": True})
            except ClientError as fault:
                if not is_code(fault, "NoSuchBucket"):
                    raise

    def remove_rest(self) -> None:
        """Deletes what is doomed and was in no stack, or has outlived it."""
        for resource in self.doomed().values():
            self._remove(resource["Type"], resource["Properties"])

    def _remove(self, kind: str, properties: Mapping[str, Any]) -> None:
        match kind:
            case "AWS::DynamoDB::Table":
                dynamodb, name = self.aws.client("dynamodb"), properties["TableName"]
                if dynamodb.describe_table(TableName=name)["Table"].get("DeletionProtectionEnabled"):
                    dynamodb.update_table(TableName=name, DeletionProtectionEnabled=False)
                    dynamodb.get_waiter("table_exists").wait(TableName=name)
                dynamodb.delete_table(TableName=name)
            case "AWS::SQS::Queue":
                sqs = self.aws.client("sqs")
                sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName=properties["QueueName"])["QueueUrl"])
            case "AWS::S3::Bucket":
                self.aws.client("s3").delete_bucket(Bucket=properties["BucketName"])
            case "AWS::Logs::LogGroup":
                self.aws.client("logs").delete_log_group(logGroupName=properties["LogGroupName"])
            case "AWS::CloudWatch::Alarm":
                self.aws.client("cloudwatch").delete_alarms(AlarmNames=[properties["AlarmName"]])
            case "AWS::CloudWatch::Dashboard":
                self.aws.client("cloudwatch").delete_dashboards(DashboardNames=[properties["DashboardName"]])
            case "AWS::SNS::Topic":
                self.aws.client("sns").delete_topic(TopicArn=topic_arn(self.aws, properties["TopicName"]))

    def _apis(self) -> Iterator[str]:
        for api in self._own_apis():
            self.aws.client("apigateway").delete_rest_api(restApiId=api)
            yield f"API {api}"

    def _own_apis(self) -> list[str]:
        return [api for api, stages in apis(self.aws, self.home.stage) if stages <= {self.home.stage}]

    def _schedules(self, name: str) -> list[str]:
        """The rule that calls the function `name`, where there is one, as Chalice names it."""
        rules = self.aws.client("events").list_rules(NamePrefix=f"{name}-event")["Rules"]
        return [each["Name"] for each in rules if each["Name"] == f"{name}-event"]

    def _remove_schedule(self, name: str) -> None:
        events = self.aws.client("events")
        for rule in self._schedules(name):
            targets = [target["Id"] for target in events.list_targets_by_rule(Rule=rule)["Targets"]]
            if targets:
                events.remove_targets(Rule=rule, Ids=targets)
            events.delete_rule(Name=rule)

    def _remove_function(self, name: str) -> str:
        service = self.aws.client("lambda")
        for mapping in service.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]:
            if mapping["State"] != "Deleting":
                service.delete_event_source_mapping(UUID=mapping["UUID"])
        service.delete_function(FunctionName=name)
        return name
