output "member_role_arn" {
  description = "The role that the hub's function assumes here; null where it needs none."
  value       = one(aws_iam_role.member[*].arn)
}

output "dead_letters_url" {
  description = "Where events lie that could not be sent to the hub."
  value       = aws_sqs_queue.dead_letters.id
}
