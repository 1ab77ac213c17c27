# The same rules as the hub's, with its bus for a target.

data "aws_caller_identity" "this" {}
data "aws_partition" "this" {}
data "aws_region" "this" {}

locals {
  account   = data.aws_caller_identity.this.account_id
  partition = data.aws_partition.this.partition
  name      = "${var.hub.name}-spoke"

  patterns = {
    for file in fileset("${path.module}/../../patterns", "*.json") :
    trimsuffix(file, ".json") => jsonencode(jsondecode(file("${path.module}/../../patterns/${file}")))
    if var.hub.watch_objects || !startswith(file, "object")
  }

  rules = merge(
    { for name, pattern in local.patterns : name => { pattern = pattern, schedule = null } },
    # looks at every bucket of the account, whatever their Region
    { for name in var.first_region ? ["sweep"] : [] : name => {
      pattern  = null
      schedule = var.sweep_hours == 1 ? "rate(1 hour)" : "rate(${var.sweep_hours} hours)"
    } },
  )
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each = local.rules

  name                = "${local.name}-${each.key}"
  description         = "Events for ${var.hub.bus_arn}: ${each.key}"
  event_pattern       = each.value.pattern
  schedule_expression = each.value.schedule
}

resource "aws_cloudwatch_event_target" "this" {
  for_each = local.rules

  rule      = aws_cloudwatch_event_rule.this[each.key].name
  target_id = "hub"
  arn       = var.hub.bus_arn
  role_arn  = aws_iam_role.sender.arn

  dead_letter_config {
    arn = aws_sqs_queue.dead_letters.arn
  }
}

resource "aws_iam_role" "sender" {
  name                 = "${local.name}-${data.aws_region.this.id}"
  description          = "Puts events on the hub's bus"
  permissions_boundary = var.permissions_boundary_arn

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    }]
  })

  lifecycle {
    precondition {
      condition     = local.account == var.hub.account || var.hub.member_role != null
      error_message = "The hub has no `members`: its function would not enter this account. Give it some, and apply it first."
    }
  }
}

resource "aws_iam_role_policy" "sender" {
  name = local.name
  role = aws_iam_role.sender.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "SendToTheHub"
      Effect   = "Allow"
      Action   = ["events:PutEvents"]
      Resource = [var.hub.bus_arn]
    }]
  })
}

# Dead letters of a rule lie in its own Region.
resource "aws_sqs_queue" "dead_letters" {
  name                      = "${local.name}-dead-letters"
  sqs_managed_sse_enabled   = true
  message_retention_seconds = 14 * 24 * 3600
}

resource "aws_sqs_queue_policy" "dead_letters" {
  queue_url = aws_sqs_queue.dead_letters.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "UndeliveredOfTheRules"
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.dead_letters.arn
      Condition = { ArnEquals = { "aws:SourceArn" = [for name in sort(keys(local.rules)) : aws_cloudwatch_event_rule.this[name].arn] } }
    }]
  })
}

resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  alarm_name          = "${local.name}-dead-letters"
  alarm_description   = "Events that could not be sent to ${var.hub.bus_arn} lie in ${aws_sqs_queue.dead_letters.name}: each may be an open bucket. See the bus's policy, then redrive them."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.dead_letters.name }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arns
  ok_actions          = var.alarm_topic_arns
}
