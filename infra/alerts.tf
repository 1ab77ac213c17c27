resource "aws_sns_topic" "page" {
  name              = "${var.name}-page"
  signature_version = 2
}

resource "aws_sns_topic_subscription" "email" {
  for_each = var.page_emails

  topic_arn = aws_sns_topic.page.arn
  protocol  = "email"
  endpoint  = each.value
}

# The guardrail's own health: whatever lies here was neither done nor told.
resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  alarm_name          = "${var.name}-dead-letters"
  alarm_description   = "Events that could not be delivered, used or done lie in ${aws_sqs_queue.dead_letters.name}: each may be an open bucket"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.dead_letters.name }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  alarm_actions       = [aws_sns_topic.page.arn]
  ok_actions          = [aws_sns_topic.page.arn]
}
