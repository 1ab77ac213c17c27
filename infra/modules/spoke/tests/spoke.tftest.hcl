# What another Region or account gets, and whom it lets in.

mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  hub = {
    name                     = "s3-guardrail"
    account                  = "999988887777"
    bus_arn                  = "arn:aws:events:eu-west-1:999988887777:event-bus/s3-guardrail"
    role_arn                 = "arn:aws:iam::999988887777:role/s3-guardrail"
    mode                     = "notify"
    member_role              = "s3-guardrail-member"
    contain_account_settings = true
    watch_objects            = true
  }
}

run "a_further_region_sends_and_no_more" {
  assert {
    condition = length(aws_cloudwatch_event_rule.this) == 5 && alltrue([
      for target in aws_cloudwatch_event_target.this :
      target.arn == var.hub.bus_arn && target.role_arn == aws_iam_role.sender.arn && target.dead_letter_config[0].arn == aws_sqs_queue.dead_letters.arn
    ])
    error_message = "a rule does not send to the hub, or has no dead letters"
  }

  assert {
    condition     = length(aws_iam_role.member) == 0 && output.member_role_arn == null
    error_message = "a further Region has a member role"
  }

  assert {
    condition = (
      jsondecode(aws_sqs_queue_policy.dead_letters.policy).Statement[0].Principal.Service == "events.amazonaws.com" &&
      length(jsondecode(aws_sqs_queue_policy.dead_letters.policy).Statement[0].Condition.ArnEquals["aws:SourceArn"]) == 5 &&
      aws_cloudwatch_metric_alarm.dead_letters.metric_name == "ApproximateNumberOfMessagesVisible"
    )
    error_message = "what cannot be sent is lost, or lies there unseen"
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.sender.policy).Statement : [statement.Action, statement.Resource]] == [[["events:PutEvents"], [var.hub.bus_arn]]]
    error_message = "the sender may do something else than send to the hub"
  }
}

run "the_first_region_of_an_account_is_swept_and_entered" {
  variables { first_region = true }

  assert {
    condition     = aws_cloudwatch_event_rule.this["sweep"].schedule_expression == "rate(6 hours)" && length(aws_cloudwatch_event_rule.this) == 6
    error_message = "the account is not swept"
  }

  assert {
    condition = (
      jsondecode(aws_iam_role.member[0].assume_role_policy).Statement[0].Principal == { AWS = "arn:aws:iam::999988887777:root" } &&
      jsondecode(aws_iam_role.member[0].assume_role_policy).Statement[0].Condition == { ArnEquals = { "aws:PrincipalArn" = "arn:aws:iam::999988887777:role/s3-guardrail" } }
    )
    error_message = "others than the hub's role are let in"
  }

  assert {
    condition = alltrue([
      for action in flatten([for statement in jsondecode(aws_iam_role_policy.member[0].policy).Statement : statement.Action if statement.Effect == "Allow"]) :
      can(regex("^(s3:(Get|List)|cloudtrail:LookupEvents$)", action))
    ])
    error_message = "in notify the member role may write"
  }
}

run "enforcing_writes_settings_alone" {
  variables {
    first_region = true
    hub = {
      name                     = "s3-guardrail"
      account                  = "999988887777"
      bus_arn                  = "arn:aws:events:eu-west-1:999988887777:event-bus/s3-guardrail"
      role_arn                 = "arn:aws:iam::999988887777:role/s3-guardrail"
      mode                     = "enforce"
      member_role              = "s3-guardrail-member"
      contain_account_settings = false
      watch_objects            = false
    }
  }

  assert {
    condition = [
      for action in flatten([for statement in jsondecode(aws_iam_role_policy.member[0].policy).Statement : statement.Action if statement.Effect == "Allow"]) :
      action if !can(regex("^(s3:(Get|List)|cloudtrail:LookupEvents$)", action))
    ] == ["s3:PutBucketPublicAccessBlock"]
    error_message = "the member role may write something else than a bucket's Block Public Access"
  }

  assert {
    condition = !strcontains(aws_iam_role_policy.member[0].policy, "GetObjectAcl") && contains(
      flatten([for statement in jsondecode(aws_iam_role_policy.member[0].policy).Statement : statement.Action if statement.Effect == "Deny"]),
      "s3:PutAccountPublicAccessBlock",
    )
    error_message = "objects can be looked at, or the account's settings written, though nobody asked for it"
  }
}

run "the_hubs_own_account_needs_no_role" {
  override_data {
    target = data.aws_caller_identity.this
    values = { account_id = "999988887777" }
  }

  variables { first_region = true }

  assert {
    condition     = length(aws_iam_role.member) == 0
    error_message = "the hub's own account has a member role"
  }
}

run "a_hub_without_members_is_refused" {
  command = plan

  variables {
    hub = {
      name                     = "s3-guardrail"
      account                  = "999988887777"
      bus_arn                  = "arn:aws:events:eu-west-1:999988887777:event-bus/s3-guardrail"
      role_arn                 = "arn:aws:iam::999988887777:role/s3-guardrail"
      mode                     = "notify"
      member_role              = null
      contain_account_settings = false
      watch_objects            = true
    }
  }

  expect_failures = [aws_iam_role.sender]
}
