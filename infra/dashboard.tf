locals {
  widgets = [
    {
      title = "Events waiting, and the age of the oldest (s)"
      metrics = [
        ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", aws_sqs_queue.events.name],
        ["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", aws_sqs_queue.events.name],
      ]
    },
    {
      title = "Dead letters and undelivered alerts"
      metrics = [
        ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", aws_sqs_queue.dead_letters.name],
        ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", aws_sqs_queue.undelivered.name],
      ]
    },
    {
      title   = "Contained and alerted"
      metrics = [for name in sort(keys(local.counted)) : [var.name, name]]
    },
    {
      title = "The function"
      metrics = [
        for metric in ["Invocations", "Errors", "Throttles", "ConcurrentExecutions"] :
        ["AWS/Lambda", metric, "FunctionName", aws_lambda_function.this.function_name]
      ]
    },
  ]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name

  dashboard_body = jsonencode({
    widgets = [
      for index, widget in local.widgets : {
        type   = "metric"
        x      = 12 * (index % 2)
        y      = 6 * floor(index / 2)
        width  = 12
        height = 6
        properties = {
          title   = widget.title
          region  = data.aws_region.this.id
          view    = "timeSeries"
          stat    = "Maximum"
          period  = 60
          metrics = widget.metrics
        }
      }
    ]
  })
}
