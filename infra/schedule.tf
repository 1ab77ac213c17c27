# A look at every bucket now and then: CloudTrail's delivery to EventBridge is best effort.

locals {
  sweep_event = jsonencode({
    version     = "0"
    id          = "<aws.scheduler.execution-id>"
    detail-type = "Scheduled Event"
    source      = "aws.scheduler"
    account     = local.account
    time        = "<aws.scheduler.scheduled-time>"
    region      = data.aws_region.this.id
    resources   = ["<aws.scheduler.schedule-arn>"]
    detail      = {}
  })
}

data "aws_region" "this" {}

# a group of its own: CloudWatch counts what a schedule could not deliver by group
resource "aws_scheduler_schedule_group" "this" {
  name = var.name
}

resource "aws_scheduler_schedule" "sweep" {
  #checkov:skip=CKV_AWS_297:its input is the same in every deployment, no secret

  name                = "${var.name}-sweep"
  group_name          = aws_scheduler_schedule_group.this.name
  description         = "Time for a look at every bucket"
  schedule_expression = var.sweep_hours == 1 ? "rate(1 hour)" : "rate(${var.sweep_hours} hours)"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = aws_sqs_queue.events.arn
    role_arn = aws_iam_role.sweep.arn
    # Scheduler fills in what stands in angle brackets, which jsonencode escapes
    input = replace(replace(local.sweep_event, "\\u003c", "<"), "\\u003e", ">")

    dead_letter_config {
      arn = aws_sqs_queue.dead_letters.arn
    }
  }
}

resource "aws_iam_role" "sweep" {
  name                 = "${var.name}-sweep"
  description          = "Puts the time for a sweep on the queue"
  permissions_boundary = var.permissions_boundary_arn

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "scheduler.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    }]
  })
}

resource "aws_iam_role_policy" "sweep" {
  name = "${var.name}-sweep"
  role = aws_iam_role.sweep.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "PutOnTheQueues"
      Effect   = "Allow"
      Action   = ["sqs:SendMessage"]
      Resource = [aws_sqs_queue.events.arn, aws_sqs_queue.dead_letters.arn]
    }]
  })
}
