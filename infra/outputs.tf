output "page_topic_arn" {
  description = "Subscribe pagers and people here."
  value       = aws_sns_topic.page.arn
}

output "role_arn" {
  description = "The function's role: exempt it from policies that deny s3:PutBucketPublicAccessBlock."
  value       = aws_iam_role.this.arn
}

output "queue_url" {
  description = "Where events arrive."
  value       = aws_sqs_queue.events.url
}
