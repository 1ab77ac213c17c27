# Whatever carries an event, a page or the word of a failure is there and points to the right place.

mock_provider "aws" {
  source = "./tests/mocks"

  override_resource {
    target = aws_sqs_queue.dead_letters
    values = {
      arn = "arn:aws:sqs:eu-west-1:111122223333:s3-guardrail-dead-letters"
      id  = "https://sqs.eu-west-1.amazonaws.com/111122223333/s3-guardrail-dead-letters"
    }
  }

  override_resource {
    target = aws_sqs_queue.undelivered
    values = {
      arn = "arn:aws:sqs:eu-west-1:111122223333:s3-guardrail-undelivered"
      id  = "https://sqs.eu-west-1.amazonaws.com/111122223333/s3-guardrail-undelivered"
    }
  }
}

variables {
  package     = { path = "versions.tf" }
  subscribers = { page_emails = ["oncall@example.com"], page_urls = ["https://pager.example.com/key"], chat_urls = ["https://chat.example.com"] }
}

run "events_reach_the_queue_or_the_dead_letters" {
  assert {
    condition = alltrue([
      for target in aws_cloudwatch_event_target.this :
      target.arn == aws_sqs_queue.events.arn && target.dead_letter_config[0].arn == aws_sqs_queue.dead_letters.arn
    ])
    error_message = "a rule's target is not the queue, or has no dead letters"
  }

  assert {
    condition     = toset(keys(aws_cloudwatch_event_target.this)) == toset(keys(aws_cloudwatch_event_rule.this)) && length(aws_cloudwatch_event_rule.this) == 11
    error_message = "a rule has no target"
  }

  assert {
    condition     = alltrue([for rule in aws_cloudwatch_event_rule.this : length(rule.event_pattern) <= 2048])
    error_message = "a pattern is longer than EventBridge takes"
  }

  assert {
    condition = alltrue([
      for queue, policy in { (aws_sqs_queue.events.arn) = aws_sqs_queue_policy.events, (aws_sqs_queue.dead_letters.arn) = aws_sqs_queue_policy.dead_letters } :
      jsondecode(policy.policy).Statement[0].Principal.Service == "events.amazonaws.com" &&
      jsondecode(policy.policy).Statement[0].Resource == queue &&
      length(jsondecode(policy.policy).Statement[0].Condition.ArnEquals["aws:SourceArn"]) == 11
    ])
    error_message = "EventBridge may not send to the queue or the dead letters"
  }

  assert {
    condition = (
      jsondecode(aws_sqs_queue.events.redrive_policy).deadLetterTargetArn == aws_sqs_queue.dead_letters.arn &&
      aws_sqs_queue.events.visibility_timeout_seconds >= 6 * aws_lambda_function.this.timeout
    )
    error_message = "the queue has no dead letters, or shows a message again while it is worked on"
  }

  assert {
    condition     = alltrue([for queue in [aws_sqs_queue.events, aws_sqs_queue.dead_letters, aws_sqs_queue.undelivered] : queue.sqs_managed_sse_enabled])
    error_message = "a queue is not encrypted"
  }

  assert {
    condition = (
      aws_lambda_event_source_mapping.this.event_source_arn == aws_sqs_queue.events.arn &&
      aws_lambda_event_source_mapping.this.function_response_types == toset(["ReportBatchItemFailures"])
    )
    error_message = "the function does not take the queue's messages one by one"
  }
}

run "objects_are_let_be_where_that_is_asked_for" {
  variables { watch_objects = false }

  assert {
    condition     = toset(keys(aws_cloudwatch_event_rule.this)) == toset(["buckets", "findings", "organizations", "sent-buckets", "sent-findings", "sent-organizations", "sent-sweeps"])
    error_message = "other rules than those of objects are gone, or those are there"
  }
}

run "sweeps_reach_the_queue" {
  assert {
    condition = (
      aws_scheduler_schedule.sweep.schedule_expression == "rate(6 hours)" &&
      aws_scheduler_schedule.sweep.target[0].arn == aws_sqs_queue.events.arn &&
      aws_scheduler_schedule.sweep.target[0].dead_letter_config[0].arn == aws_sqs_queue.dead_letters.arn
    )
    error_message = "the sweep is not put on the queue"
  }

  assert {
    condition = (
      jsondecode(aws_scheduler_schedule.sweep.target[0].input).source == "aws.scheduler" &&
      strcontains(aws_scheduler_schedule.sweep.target[0].input, "\"id\":\"<aws.scheduler.execution-id>\"")
    )
    error_message = "Scheduler cannot fill in what it is to fill in"
  }

  assert {
    condition     = toset(flatten(jsondecode(aws_iam_role_policy.sweep.policy).Statement[0].Resource)) == toset([aws_sqs_queue.events.arn, aws_sqs_queue.dead_letters.arn])
    error_message = "the schedule may not send to the queues"
  }
}

run "every_hour_is_one_hour" {
  variables { sweep_hours = 1 }

  assert {
    condition     = aws_scheduler_schedule.sweep.schedule_expression == "rate(1 hour)" && aws_cloudwatch_metric_alarm.this["heartbeat"].period == 3600
    error_message = "the schedule is not one that Scheduler takes, or its alarm looks back for another time"
  }
}

run "alerts_reach_their_subscribers_or_the_undelivered" {
  assert {
    condition     = alltrue([for topic in aws_sns_topic.this : topic.kms_master_key_id == aws_kms_key.alerts.arn && topic.signature_version == 2])
    error_message = "a topic is not encrypted by the key, or signs with SHA-1"
  }

  assert {
    condition = length(aws_sns_topic_subscription.this) == 3 && alltrue([
      for subscription in aws_sns_topic_subscription.this : jsondecode(subscription.redrive_policy).deadLetterTargetArn == aws_sqs_queue.undelivered.arn
    ])
    error_message = "what a subscriber does not take is lost"
  }

  assert {
    condition = (
      jsondecode(aws_sqs_queue_policy.undelivered.policy).Statement[0].Principal.Service == "sns.amazonaws.com" &&
      jsondecode(aws_sqs_queue_policy.undelivered.policy).Statement[0].Resource == aws_sqs_queue.undelivered.arn &&
      length(jsondecode(aws_sqs_queue_policy.undelivered.policy).Statement[0].Condition.ArnEquals["aws:SourceArn"]) == 2
    )
    error_message = "SNS may not send to the undelivered"
  }
}

run "the_key_lets_alarms_publish" {
  assert {
    condition = anytrue([
      for statement in jsondecode(aws_kms_key.alerts.policy).Statement :
      statement.Principal == { Service = "cloudwatch.amazonaws.com" } && toset(flatten([statement.Action])) == toset(["kms:Decrypt", "kms:GenerateDataKey*"])
    ])
    error_message = "CloudWatch may not use the key: alarms would be silent"
  }

  assert {
    condition = anytrue([
      for statement in jsondecode(aws_kms_key.alerts.policy).Statement :
      statement.Principal == { AWS = "arn:aws:iam::111122223333:root" } && flatten([statement.Action]) == ["kms:*"]
    ])
    error_message = "the account's own policies do not count for the key: the function could not publish"
  }

  assert {
    condition     = jsondecode(aws_sns_topic_policy.page.policy).Statement[0].Principal.Service == "cloudwatch.amazonaws.com"
    error_message = "CloudWatch may not publish"
  }

  assert {
    condition     = aws_kms_key.alerts.enable_key_rotation
    error_message = "the key is never rotated"
  }
}

run "each_failure_has_its_alarm" {
  assert {
    condition = toset([
      for alarm in aws_cloudwatch_metric_alarm.this : "${alarm.namespace} ${alarm.metric_name} ${join(" ", values(alarm.dimensions))}"
      ]) == toset([
      "AWS/SQS ApproximateNumberOfMessagesVisible s3-guardrail-dead-letters",
      "AWS/SQS ApproximateNumberOfMessagesVisible s3-guardrail-undelivered",
      "AWS/SQS ApproximateAgeOfOldestMessage s3-guardrail-events",
      "AWS/Lambda Errors s3-guardrail",
      "AWS/Lambda Throttles s3-guardrail",
      "AWS/SNS NumberOfNotificationsFailed s3-guardrail-page",
      "AWS/SNS NumberOfNotificationsFailed s3-guardrail-chat",
      "AWS/Scheduler TargetErrorCount s3-guardrail",
      "s3-guardrail failed-containments ",
      "s3-guardrail failed-alerts ",
      "s3-guardrail sweeps ",
    ])
    error_message = "an alarm is missing, or one is not expected here"
  }

  assert {
    condition = alltrue([
      for alarm in concat(values(aws_cloudwatch_metric_alarm.this), values(aws_cloudwatch_metric_alarm.lost)) :
      alarm.alarm_actions == toset([aws_sns_topic.this["page"].arn]) && alarm.ok_actions == alarm.alarm_actions
    ])
    error_message = "an alarm does not page, or does not say that it is over"
  }

  assert {
    condition     = [for name, alarm in aws_cloudwatch_metric_alarm.this : name if alarm.treat_missing_data == "breaching"] == ["heartbeat"]
    error_message = "silence is no alarm, or too many are"
  }

  assert {
    condition = (
      toset(keys(aws_cloudwatch_metric_alarm.lost)) == toset(["default", "own"]) &&
      length(aws_cloudwatch_metric_alarm.lost["default"].metric_query) == 6 &&
      length(aws_cloudwatch_metric_alarm.lost["own"].metric_query) == 7
    )
    error_message = "an event of some rule can be lost unseen"
  }

  assert {
    condition     = toset([for filter in aws_cloudwatch_log_metric_filter.this : filter.metric_transformation[0].name]) == toset(["sweeps", "contained", "failed-containments", "alerts", "failed-alerts"])
    error_message = "a metric of the log is not counted"
  }
}

run "episodes_are_kept_and_forgotten" {
  assert {
    condition = (
      aws_dynamodb_table.episodes.hash_key == "bucket" && aws_dynamodb_table.episodes.range_key == "record" &&
      aws_dynamodb_table.episodes.billing_mode == "PAY_PER_REQUEST" &&
      aws_dynamodb_table.episodes.ttl[0].attribute_name == "expires_at" && aws_dynamodb_table.episodes.ttl[0].enabled &&
      aws_dynamodb_table.episodes.point_in_time_recovery[0].enabled && aws_dynamodb_table.episodes.server_side_encryption[0].enabled
    )
    error_message = "the table is not the one that the function expects"
  }

  assert {
    condition     = aws_lambda_function.this.environment[0].variables["EPISODE_TABLE"] == aws_dynamodb_table.episodes.name
    error_message = "the function is told another table"
  }
}

run "the_exemption_names_the_roles" {
  variables { members = { accounts = ["444455556666"] } }

  assert {
    condition     = jsondecode(output.exemption).ArnNotLike["aws:PrincipalArn"] == [aws_iam_role.this.arn, "arn:aws:iam::*:role/s3-guardrail-member"]
    error_message = "the exemption leaves a role out"
  }
}

run "only_signed_code_runs_where_that_is_asked_for" {
  variables { code_signing_config_arn = "arn:aws:lambda:eu-west-1:111122223333:code-signing-config:csc-0123456789abcdef0" }

  assert {
    condition     = aws_lambda_function.this.code_signing_config_arn == var.code_signing_config_arn
    error_message = "the function does not ask for signed code"
  }
}
