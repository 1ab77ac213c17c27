# What the function's role may do in each mode, and never.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  package = { path = "versions.tf" }
}

run "observing_neither_writes_nor_tells" {
  variables {
    mode           = "observe"
    guardrail_file = "tests/fixtures/observe.toml"
    # asked for, and not given outside enforce
    contain_account_settings = true
  }

  assert {
    condition = toset(flatten([
      for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Action if statement.Effect == "Allow"
      ])) == toset([
      "s3:GetBucketAcl", "s3:GetBucketOwnershipControls", "s3:GetBucketPolicy", "s3:GetBucketPolicyStatus",
      "s3:GetBucketPublicAccessBlock", "s3:GetBucketTagging", "s3:GetBucketWebsite", "s3:GetObjectAcl",
      "s3:GetAccessPoint", "s3:GetAccessPointPolicy", "s3:GetAccountPublicAccessBlock", "s3:ListAccessPoints",
      "s3:ListAllMyBuckets", "sqs:ReceiveMessage", "sqs:DeleteMessage",
      "sqs:GetQueueAttributes", "logs:CreateLogStream", "logs:PutLogEvents",
    ])
    error_message = "in observe the role may do something else than read and log"
  }
}

run "notifying_tells_and_does_not_write" {
  variables { contain_account_settings = true }

  assert {
    condition = alltrue([
      for action in flatten([
        for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Action if statement.Effect == "Allow"
      ]) : !startswith(action, "s3:") || can(regex("^s3:(Get|List)", action))
    ])
    error_message = "in notify the role may write to S3"
  }

  assert {
    condition = contains(flatten([
      for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Action if statement.Effect == "Allow"
    ]), "sns:Publish")
    error_message = "in notify the role may not publish"
  }

  assert {
    condition = [
      for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Action if statement.Resource == [aws_kms_key.alerts.arn]
    ] == [["kms:Decrypt", "kms:GenerateDataKey*"]]
    error_message = "the role may not use the key of the topics: it could not publish"
  }
}

run "enforcing_writes_the_settings_of_buckets_alone" {
  variables {
    mode           = "enforce"
    guardrail_file = "tests/fixtures/enforce.toml"
  }

  assert {
    condition = [
      for action in flatten([
        for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Action if statement.Effect == "Allow"
      ]) : action if startswith(action, "s3:") && !can(regex("^s3:(Get|List)", action))
    ] == ["s3:PutBucketPublicAccessBlock"]
    error_message = "in enforce the role may write something else than a bucket's Block Public Access"
  }

  assert {
    condition = contains(flatten([
      for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Action if statement.Effect == "Deny"
    ]), "s3:PutAccountPublicAccessBlock")
    error_message = "the account's settings are not denied"
  }
}

run "account_settings_are_written_where_that_is_asked_for" {
  variables {
    mode                     = "enforce"
    guardrail_file           = "tests/fixtures/enforce.toml"
    contain_account_settings = true
  }

  assert {
    condition = {
      for statement in jsondecode(aws_iam_role_policy.this.policy).Statement :
      statement.Effect => statement.Action... if contains(statement.Action, "s3:PutAccountPublicAccessBlock")
    } == { Allow = [["s3:PutAccountPublicAccessBlock"]] }
    error_message = "the account's settings are not allowed, or denied at once"
  }
}

run "data_is_denied_and_reads_stay_in_the_account" {
  assert {
    condition = alltrue([
      for action in ["s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket", "s3:PutObject*", "s3:DeleteObject*", "s3:PutBucketPolicy", "s3:PutBucketAcl"] :
      contains(flatten([
        for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Action if statement.Effect == "Deny" && statement.Resource == ["*"]
      ]), action)
    ])
    error_message = "data, policies or ACLs are not denied"
  }

  assert {
    condition = [
      for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Condition.StringEquals["aws:ResourceAccount"]
      if contains(["ReadBuckets", "ReadObjectAcls"], statement.Sid)
    ] == ["111122223333", "111122223333"]
    error_message = "buckets of other accounts can be read"
  }

  assert {
    condition = [
      for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Sid if statement.Effect == "Allow" && contains(statement.Resource, "*")
    ] == ["ReadAccount", "ReadHistory"]
    error_message = "a statement is for every resource though its actions know resources"
  }
}

run "no_member_is_entered_unless_named" {
  assert {
    condition     = !strcontains(aws_iam_role_policy.this.policy, "sts:") && length(aws_cloudwatch_event_bus_policy.this) == 0
    error_message = "without members the role may assume others, or others may send"
  }

  assert {
    condition     = !contains(keys(aws_lambda_function.this.environment[0].variables), "MEMBER_ROLE_NAME")
    error_message = "without members the function is told a role"
  }
}

run "members_of_an_organization_are_entered_within_it" {
  variables { members = { organization_id = "o-exampleorgid" } }

  assert {
    condition = [
      for statement in jsondecode(aws_iam_role_policy.this.policy).Statement :
      [statement.Action, statement.Resource, statement.Condition] if statement.Sid == "EnterMembers"
      ] == [[
        ["sts:AssumeRole"], ["arn:aws:iam::*:role/s3-guardrail-member"], { StringEquals = { "aws:ResourceOrgID" = "o-exampleorgid" } }
    ]]
    error_message = "roles outside the organization can be assumed"
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_bus_policy.this[0].policy).Statement[0].Condition.StringEquals["aws:PrincipalOrgID"] == "o-exampleorgid"
    error_message = "others than the organization may send"
  }

  assert {
    condition     = aws_lambda_function.this.environment[0].variables["MEMBER_ROLE_NAME"] == "s3-guardrail-member"
    error_message = "the function is not told the role"
  }
}

run "members_by_their_accounts_are_entered_alone" {
  variables { members = { accounts = ["444455556666"], role_name = "watched" } }

  assert {
    condition = [
      for statement in jsondecode(aws_iam_role_policy.this.policy).Statement :
      [statement.Resource, can(statement.Condition)] if statement.Sid == "EnterMembers"
    ] == [[["arn:aws:iam::444455556666:role/watched"], false]]
    error_message = "other roles can be assumed"
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_bus_policy.this[0].policy).Statement[0].Principal.AWS == ["444455556666"]
    error_message = "others than the members may send"
  }
}

run "in_another_partition_no_arn_is_of_the_first" {
  override_data {
    target = data.aws_partition.this
    values = { partition = "aws-us-gov" }
  }

  variables { members = { accounts = ["444455556666"] } }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : alltrue([
        for resource in statement.Resource : !startswith(resource, "arn:aws:") if contains(["ReadBuckets", "ReadObjectAcls", "ReadAccessPoints", "EnterMembers"], statement.Sid)
      ])
    ])
    error_message = "an ARN names the partition aws"
  }

  assert {
    condition     = strcontains(aws_kms_key.alerts.policy, "arn:aws-us-gov:iam::111122223333:root")
    error_message = "the key's policy names another partition's account"
  }
}

run "a_boundary_is_on_every_role" {
  variables { permissions_boundary_arn = "arn:aws:iam::111122223333:policy/boundary" }

  assert {
    condition = alltrue([
      for role in [aws_iam_role.this, aws_iam_role.sweep] : role.permissions_boundary == "arn:aws:iam::111122223333:policy/boundary"
    ])
    error_message = "a role is without its boundary"
  }
}

run "tracing_brings_its_permissions" {
  variables { tracing = true }

  assert {
    condition     = aws_lambda_function.this.tracing_config[0].mode == "Active" && strcontains(aws_iam_role_policy.this.policy, "xray:PutTraceSegments")
    error_message = "runs are not traced"
  }
}
