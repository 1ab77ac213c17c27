# The guardrail's own health. Each alarm pages: a guardrail that is silent and one that is blind look
# alike from outside.

locals {
  # metrics of the wide record that the function logs for each run; a member's sweep is no beat of
  # this account's schedule
  counted = {
    sweeps = {
      pattern = "{ $.message = \"run\" && $.event_source = \"Schedule\" && $.account = \"${local.account}\" && $.failure NOT EXISTS }"
      value   = "1"
    }
    contained           = { pattern = "{ $.message = \"run\" && $.applied_count > 0 }", value = "$.applied_count" }
    failed-containments = { pattern = "{ $.message = \"run\" && $.applied_failed_count > 0 }", value = "$.applied_failed_count" }
    alerts              = { pattern = "{ $.message = \"run\" && $.alert_count > 0 }", value = "$.alert_count" }
    failed-alerts       = { pattern = "{ $.message = \"run\" && $.alert_failed_count > 0 }", value = "$.alert_failed_count" }
  }

  alarms = {
    dead-letters = {
      description = "Events that could not be delivered, used or done lie in ${aws_sqs_queue.dead_letters.name}: each may be an open bucket. Read them and the function's log, mend the cause, and redrive them."
      namespace   = "AWS/SQS"
      metric      = "ApproximateNumberOfMessagesVisible"
      dimensions  = { QueueName = aws_sqs_queue.dead_letters.name }
    }
    undelivered = {
      description = "Pages or chat messages that a subscriber did not take lie in ${aws_sqs_queue.undelivered.name}. Read them, then see that its endpoint answers."
      namespace   = "AWS/SQS"
      metric      = "ApproximateNumberOfMessagesVisible"
      dimensions  = { QueueName = aws_sqs_queue.undelivered.name }
    }
    age = {
      description = "An event has waited for more than five minutes in ${aws_sqs_queue.events.name}: the function does not keep up, fails, or is not invoked."
      namespace   = "AWS/SQS"
      metric      = "ApproximateAgeOfOldestMessage"
      dimensions  = { QueueName = aws_sqs_queue.events.name }
      threshold   = 300
    }
    errors = {
      description = "The function ended with an error: read ${aws_cloudwatch_log_group.this.name}."
      namespace   = "AWS/Lambda"
      metric      = "Errors"
      dimensions  = { FunctionName = aws_lambda_function.this.function_name }
    }
    throttles = {
      description = "The function was throttled: the account's concurrency is used up, or was set to nothing for it."
      namespace   = "AWS/Lambda"
      metric      = "Throttles"
      dimensions  = { FunctionName = aws_lambda_function.this.function_name }
    }
    failed-containments = {
      description = "A bucket that was to be closed is not: read ${aws_cloudwatch_log_group.this.name}, and see which policy denies s3:PutBucketPublicAccessBlock."
      namespace   = var.name
      metric      = "failed-containments"
      dimensions  = {}
    }
    failed-alerts = {
      description = "The function could not publish a page or a chat message: read ${aws_cloudwatch_log_group.this.name}."
      namespace   = var.name
      metric      = "failed-alerts"
      dimensions  = {}
    }
    failed-pages = {
      description = "A subscriber of ${aws_sns_topic.this["page"].name} did not take a page."
      namespace   = "AWS/SNS"
      metric      = "NumberOfNotificationsFailed"
      dimensions  = { TopicName = aws_sns_topic.this["page"].name }
    }
    failed-chat = {
      description = "A subscriber of ${aws_sns_topic.this["chat"].name} did not take a message."
      namespace   = "AWS/SNS"
      metric      = "NumberOfNotificationsFailed"
      dimensions  = { TopicName = aws_sns_topic.this["chat"].name }
    }
    failed-sweeps = {
      description = "The schedule could not put a sweep on the queue: see that role ${aws_iam_role.sweep.name} may send to it."
      namespace   = "AWS/Scheduler"
      metric      = "TargetErrorCount"
      dimensions  = { ScheduleGroup = aws_scheduler_schedule_group.this.name }
    }
    heartbeat = {
      description = "No sweep has ended well for ${2 * var.sweep_hours} hours: the schedule, the queue or the function does not work, and events may not be looked at either."
      namespace   = var.name
      metric      = "sweeps"
      dimensions  = {}
      missing     = "breaching"
      comparison  = "LessThanThreshold"
      threshold   = 1
      period_s    = var.sweep_hours * 3600
      periods     = 2
    }
  }

  buses = { default = local.patterns, own = local.sent_patterns }
}

resource "aws_cloudwatch_log_metric_filter" "this" {
  for_each = local.counted

  name           = "${var.name}-${each.key}"
  log_group_name = aws_cloudwatch_log_group.this.name
  pattern        = each.value.pattern

  metric_transformation {
    namespace = var.name
    name      = each.key
    value     = each.value.value
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = startswith(each.value.metric, "Approximate") ? "Maximum" : "Sum"
  period              = try(each.value.period_s, 60)
  evaluation_periods  = try(each.value.periods, 1)
  comparison_operator = try(each.value.comparison, "GreaterThanThreshold")
  threshold           = try(each.value.threshold, 0)
  treat_missing_data  = try(each.value.missing, "notBreaching")
  alarm_actions       = [local.topic_arns["page"]]
  ok_actions          = [local.topic_arns["page"]]
}

# An event that neither the queue nor the dead letters took is gone: EventBridge counts it, by rule.
resource "aws_cloudwatch_metric_alarm" "lost" {
  for_each = local.buses

  alarm_name          = "${var.name}-lost-${each.key}"
  alarm_description   = "EventBridge could put events neither on the queue nor on the dead letters: see the policies of both. The next sweep finds what they were about."
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns["page"]]
  ok_actions          = [local.topic_arns["page"]]

  metric_query {
    id          = "lost"
    expression  = "SUM(METRICS())"
    label       = "Lost events"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = { for index, name in sort(keys(each.value)) : index => name }

    content {
      id = "m${metric_query.key}"

      metric {
        namespace   = "AWS/Events"
        metric_name = "InvocationsFailedToBeSentToDlq"
        stat        = "Sum"
        period      = 60

        dimensions = merge(
          { RuleName = aws_cloudwatch_event_rule.this[each.key == "own" ? "sent-${metric_query.value}" : metric_query.value].name },
          each.key == "own" ? { EventBusName = aws_cloudwatch_event_bus.this.name } : {},
        )
      }
    }
  }
}
