# One rule a pattern, on the default bus for this Region and on a bus of our own for what other
# Regions and accounts send. The patterns hold the events that the code reads; a test compares.

locals {
  patterns = {
    for file in fileset("${path.module}/patterns", "*.json") :
    trimsuffix(file, ".json") => jsonencode(jsondecode(file("${path.module}/patterns/${file}")))
    if var.watch_objects || !startswith(file, "object")
  }

  # spokes send the time of their sweeps as well
  sent_patterns = merge(local.patterns, {
    sweeps = jsonencode({ source = ["aws.events"], detail-type = ["Scheduled Event"] })
  })

  rules = merge(
    { for name, pattern in local.patterns : name => { bus = "default", pattern = pattern } },
    { for name, pattern in local.sent_patterns : "sent-${name}" => { bus = aws_cloudwatch_event_bus.this.name, pattern = pattern } },
  )

  rule_arns = [for name in sort(keys(local.rules)) : aws_cloudwatch_event_rule.this[name].arn]
}

resource "aws_cloudwatch_event_bus" "this" {
  name = var.name
}

resource "aws_cloudwatch_event_bus_policy" "this" {
  count = var.members == null ? 0 : 1

  event_bus_name = aws_cloudwatch_event_bus.this.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [merge(
      {
        Sid       = "EventsOfMembers"
        Effect    = "Allow"
        Principal = var.members.organization_id == null ? { AWS = sort(var.members.accounts) } : { AWS = ["*"] }
        Action    = "events:PutEvents"
        Resource  = aws_cloudwatch_event_bus.this.arn
      },
      var.members.organization_id == null ? {} : {
        Condition = { StringEquals = { "aws:PrincipalOrgID" = var.members.organization_id } }
      },
    )]
  })
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each = local.rules

  name           = "${var.name}-${each.key}"
  description    = "Events that can change who reaches a bucket: ${each.key}"
  event_bus_name = each.value.bus
  event_pattern  = each.value.pattern
}

resource "aws_cloudwatch_event_target" "this" {
  for_each = local.rules

  rule           = aws_cloudwatch_event_rule.this[each.key].name
  event_bus_name = each.value.bus
  target_id      = "queue"
  arn            = aws_sqs_queue.events.arn

  dead_letter_config {
    arn = aws_sqs_queue.dead_letters.arn
  }
}
