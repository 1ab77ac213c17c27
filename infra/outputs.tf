output "page_topic_arn" {
  description = "Subscribe pagers and people here."
  value       = local.topic_arns["page"]
}

output "chat_topic_arn" {
  description = "Subscribe Amazon Q in chat applications here."
  value       = local.topic_arns["chat"]
}

output "role_arn" {
  description = "The function's role."
  value       = aws_iam_role.this.arn
}

output "queue_url" {
  description = "Where events arrive."
  value       = aws_sqs_queue.events.id
}

output "dead_letters_url" {
  description = "Where events lie that could not be delivered, used or done."
  value       = aws_sqs_queue.dead_letters.id
}

output "episode_table" {
  description = "What the function remembers."
  value       = aws_dynamodb_table.episodes.name
}

output "hub" {
  description = "What the module `spoke` asks for in other Regions and accounts."
  value = {
    name        = var.name
    account     = local.account
    bus_arn     = aws_cloudwatch_event_bus.this.arn
    role_arn    = aws_iam_role.this.arn
    mode        = var.mode
    member_role = try(var.members.role_name, null)

    contain_account_settings = var.contain_account_settings
    watch_objects            = var.watch_objects
  }
}

output "exemption" {
  description = "Add this condition to each statement of a service control policy, resource control policy or bucket policy that denies what the function does."
  value = jsonencode({
    ArnNotLike = {
      "aws:PrincipalArn" = concat(
        [aws_iam_role.this.arn],
        var.members == null ? [] : ["arn:${local.partition}:iam::*:role/${var.members.role_name}"],
      )
    }
  })
}

output "test_command" {
  description = "Sweeps every bucket of the account once, and prints the report: a test of the deployment."
  value = join(" ", [
    "aws lambda invoke --region ${data.aws_region.this.id} --function-name ${aws_lambda_function.this.function_name}",
    "--cli-binary-format raw-in-base64-out",
    "--payload '${jsonencode({
      id          = "deployment-test"
      detail-type = "Scheduled Event"
      source      = "aws.scheduler"
      account     = local.account
      region      = data.aws_region.this.id
      detail      = {}
    })}'",
    "/dev/stdout",
  ])
}
