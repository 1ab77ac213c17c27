# Where pages and chat messages go, and the key that keeps them.

locals {
  topic_arns = { for name, topic in aws_sns_topic.this : name => topic.arn }

  subscriptions = merge([
    for topic, addresses in {
      page = { email = var.subscribers.page_emails, https = var.subscribers.page_urls }
      chat = { email = var.subscribers.chat_emails, https = var.subscribers.chat_urls }
      } : merge([
        for protocol, endpoints in addresses : {
          for endpoint in endpoints : "${topic} ${endpoint}" => { topic = topic, protocol = protocol, endpoint = endpoint }
        }
    ]...)
  ]...)
}

# CloudWatch cannot publish through the key that AWS manages: its alarms would be silent.
resource "aws_kms_key" "alerts" {
  description             = "Pages and chat messages of ${var.name}"
  enable_key_rotation     = true
  deletion_window_in_days = 7

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "ByTheAccountsOwnPolicies"
        Effect    = "Allow"
        Principal = { AWS = "arn:${local.partition}:iam::${local.account}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "AlarmsOfTheGuardrail"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
        Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
      },
    ]
  })
}

resource "aws_kms_alias" "alerts" {
  name          = "alias/${var.name}-alerts"
  target_key_id = aws_kms_key.alerts.key_id
}

resource "aws_sns_topic" "this" {
  for_each = toset(["page", "chat"])

  name              = "${var.name}-${each.key}"
  kms_master_key_id = aws_kms_key.alerts.arn
  signature_version = 2
}

resource "aws_sns_topic_policy" "page" {
  arn = local.topic_arns["page"]

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AlarmsOfTheGuardrail"
      Effect    = "Allow"
      Principal = { Service = "cloudwatch.amazonaws.com" }
      Action    = "sns:Publish"
      Resource  = local.topic_arns["page"]
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    }]
  })
}

resource "aws_sns_topic_subscription" "this" {
  for_each = local.subscriptions

  topic_arn              = local.topic_arns[each.value.topic]
  protocol               = each.value.protocol
  endpoint               = each.value.endpoint
  endpoint_auto_confirms = each.value.protocol == "https"
  redrive_policy         = jsonencode({ deadLetterTargetArn = aws_sqs_queue.undelivered.arn })
}
